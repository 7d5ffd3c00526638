import type { PublicKey } from '@writ/openssh/key';
import type { OrganizationRow, SignInUser } from '@writ/storage';
import type { SignInChallenge } from './sign-in-challenge.js';

/** Somebody who has just shown who they are, by whichever strategy; a session can start from it. */
export interface Authenticated {
  readonly organization: OrganizationRow;
  readonly user: SignInUser;
  /** 'password', 'invitation' */
  readonly method: string;
  /** The device that has signed in as this user before, where one was shown; null: a new one. */
  readonly device: string | null;
  readonly strength: 'single' | 'multi';
}

/** A service account that has just shown that it holds a registered key. */
export interface AuthenticatedByKey {
  readonly organization: OrganizationRow;
  readonly user: SignInUser;
  /** What it signed: to be used up. */
  readonly challenge: SignInChallenge;
  readonly publicKey: PublicKey;
  /** The key is the account's for good; one that is not yet becomes it by this sign-in. */
  readonly claimed: boolean;
}
