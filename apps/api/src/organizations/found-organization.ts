import type { AuthorityKeyKind, ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  giveNames,
  insertAuthority,
  insertOrganization,
  recordEvent,
  type NewAuthority,
  type NewEvent,
  type NewOrganization,
  type Transaction,
} from '@writ/storage';
import type { AuthorityKeys } from '../authorities/authority-keys.js';
import { refuseDomainName } from './organization-name.js';

/** An organization with all that it begins with: its user CA, its host CA, and its host names. */
export interface Founding {
  readonly organization: NewOrganization;
  readonly namePatterns: readonly string[];
  readonly authorities: readonly NewAuthority[];
}

/** The two authorities of a new organization, before it is there: making keys takes long. */
export function firstAuthorities(
  { authorityKeys, newId }: { readonly authorityKeys: AuthorityKeys; readonly newId: () => string },
  of: Pick<NewAuthority, 'organizationId' | 'createdAt'>,
  keyKind: AuthorityKeyKind,
): Promise<readonly NewAuthority[]> {
  const kinds = ['user', 'host'] as const;
  return Promise.all(kinds.map((kind) => authorityKeys.make({ ...of, id: newId(), kind }, keyKind)));
}

/**
 * Makes an organization in an open transaction, which has it in scope. `data` is what its event says beside its names and
 * authorities. Ends in `name_reserved`, `name_taken`, `names_taken`.
 */
export async function foundOrganization(
  tx: Transaction,
  { organization, namePatterns, authorities }: Founding,
  by: Pick<NewEvent, 'actor' | 'data' | 'requestId'>,
): Promise<void> {
  const { id, name } = organization;
  refuseDomainName(name);
  if (!(await insertOrganization(tx, organization))) {
    throw new CodedError<ProblemCode>('name_taken', `There is an organization named ${name} already.`);
  }
  refuseTaken(await giveNames(tx, id, namePatterns));
  for (const authority of authorities) await insertAuthority(tx, authority);
  await recordEvent(tx, {
    organizationId: id,
    kind: 'organization.created',
    actor: by.actor,
    subject: name,
    data: {
      ...by.data,
      namePatterns: [...namePatterns],
      authorities: authorities.map(({ fingerprint }) => fingerprint),
    },
    requestId: by.requestId,
  });
}

/** Ends in `names_taken` where some of the names are, or are above or below, another organization's; it says nothing of whose. */
export function refuseTaken(taken: readonly string[]): void {
  if (taken.length === 0) return;
  throw new CodedError<ProblemCode>(
    'names_taken',
    `Another organization has these host names, or some above or below them: ${taken.join(', ')}.`,
    { failures: taken.map((pattern) => ({ rule: 'names_taken', message: `${pattern} is not free.` })) },
  );
}
