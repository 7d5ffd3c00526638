import type { OrganizationRow, SignInUser } from '@writ/storage';

/** Somebody who has just shown who they are, by whichever strategy; a session can start from it. */
export interface Authenticated {
  readonly organization: OrganizationRow;
  readonly user: SignInUser;
  /** 'password', 'invitation', … */
  readonly method: string;
  /** The device that has signed in as this user before, where one was shown; null: a new one. */
  readonly device: string | null;
  readonly strength: 'single' | 'multi';
}
