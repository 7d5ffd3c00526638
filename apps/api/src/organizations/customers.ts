import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { findCustomer, findOrganization, type OrganizationRow, type Transaction } from '@writ/storage';
import type { ScopedDatabase } from '@writ/storage';
import { needSecondFactor } from '../auth/need-second-factor.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { notFound } from '../refusal.js';

/** What working on customers takes. */
export interface CustomerServices {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
}

/** Only the provider has customers: there are two levels, and no third. Ends in `provider_only`. */
function refuseUnlessProvider({ home, organizationId }: SignedInCaller): void {
  if (home.organizationKind === 'provider' && home.organizationId === organizationId) return;
  throw new CodedError<ProblemCode>(
    'provider_only',
    'Only the organization that runs this service has customers; ask it for what concerns them.',
  );
}

/**
 * What concerns a customer as a whole is done by the provider's people with a second factor, as acting in it is. Ends in
 * `provider_only`, `people_only`, `second_factor_required`.
 */
export function needProvidersPerson(caller: SignedInCaller): void {
  refuseUnlessProvider(caller);
  if (caller.kind === 'service') {
    throw new CodedError<ProblemCode>(
      'people_only',
      'This takes a second factor, which a service account does not have: one of your people has to do it.',
    );
  }
  needSecondFactor(caller);
}

/**
 * The id of the provider's customer of that name, for a caller who is about to change something for it. Ends in `not_found` and
 * in the codes of `needProvidersPerson`.
 */
export async function customerId(
  store: ScopedDatabase,
  caller: SignedInCaller,
  name: string,
): Promise<string> {
  needProvidersPerson(caller);
  const { organizationId, organizationName } = caller;
  if (name === organizationName) {
    throw new CodedError<ProblemCode>(
      'provider_only',
      `${name} runs this service and is no customer: it cannot be closed, and \`writ org set\` changes its names.`,
    );
  }
  const found = await store.within([organizationId], (tx) => findCustomer(tx, organizationId, name));
  if (found === null) throw notFound('customer');
  return found.customerId;
}

/** A customer in a transaction that has it in scope. */
export async function customerRow(tx: Transaction, id: string): Promise<OrganizationRow> {
  const row = await findOrganization(tx, id);
  if (row === null) throw new TypeError('a customer that is listed is there');
  return row;
}
