import type { Clock } from '@writ/kernel';
import type { IssuancePorts } from '@writ/issuance';
import type { ScopedDatabase } from '@writ/storage';
import type { InventoryMemory } from '../access/inventory-memory.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { AuthorityMemory } from './authority-memory.js';
import type { KeyOwnerMemory } from './key-owner-memory.js';
import type { RoleMemory } from './role-memory.js';

/** What issuing over HTTP takes: the cycle's ports, and what decisions rest on. */
export interface Issuing {
  readonly ports: IssuancePorts;
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly roles: RoleMemory;
  readonly keyOwners: KeyOwnerMemory;
  readonly authorities: AuthorityMemory;
  readonly inventories: InventoryMemory;
  /** The same caller as the database says it now. Rejects with 'session_ended' when it says no. */
  readonly refresh: (caller: SignedInCaller) => Promise<SignedInCaller>;
}
