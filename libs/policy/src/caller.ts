/** How the caller proved who they are: a value that any sign-in strategy can produce. */
export interface Authentication {
  /** 'password', 'invitation', 'oidc', … */
  readonly method: string;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  readonly strength: 'single' | 'multi';
  /** The session that it opened, or null where there is none. */
  readonly sessionId: string | null;
}

/** The authenticated party that makes a request, acting in one organization. */
export interface Caller {
  readonly organizationId: string;
  /** The organization's random public handle. */
  readonly organizationHandle: string;
  /** The organization's name, as people say it. */
  readonly organizationName: string;
  readonly userId: string;
  /** 'ana'; 'msp/ana' of somebody whose account is of another organization. */
  readonly userName: string;
  /** That other organization's name ('msp'); left out at home. */
  readonly homeName?: string;
  /** The user's epoch when the caller was looked up. */
  readonly epoch: bigint;
  /** What the caller's administrative role permits ('host.sign', 'role.grant', …). */
  readonly permissions: ReadonlySet<string>;
  readonly authentication: Authentication;
}
