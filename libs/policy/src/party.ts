/** One account of a party, as whoever hands something on needs to know it. */
export interface PartyAccount {
  readonly userId: string;
  readonly userName: string;
  /** Ids of the roles that it is a member of. */
  readonly roleIds: ReadonlySet<string>;
  /**
   * Whether it is an owner's and the organization has no other, in any state: whoever closed the others gains nothing by it. In a
   * customer that never had an owner of its own the provider's only owner is its only owner, too.
   */
  readonly onlyOwner: boolean;
}

/**
 * An account with all who may be behind it: whoever last opened it (by an invitation or reset) or still could, whoever did
 * that to theirs, and so on up to where somebody has confirmed that an account is a person of its own. The same person may
 * sit at all of them.
 */
export type Party = readonly PartyAccount[];

/** The accounts that are in both parties: whoever may act through either. */
export function inCommon(one: Party, other: Party): Party {
  const ids = new Set(other.map(({ userId }) => userId));
  return one.filter(({ userId }) => ids.has(userId));
}
