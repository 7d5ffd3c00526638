import { authorityKeyKinds } from '@writ/contract';
import type { RandomBytes } from '@writ/kernel';
import { insertCustomer, recordEvent } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { AuthorityKeys } from '../authorities/authority-keys.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { randomHandle } from '../handle.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { needProvidersPerson, type CustomerServices } from './customers.js';
import { firstAuthorities, foundOrganization } from './found-organization.js';
import { customerEntry } from './list-organizations.js';
import { namePatterns } from './names.js';

export interface CustomerMaking extends CustomerServices {
  readonly random: RandomBytes;
  readonly newId: () => string;
  readonly authorityKeys: AuthorityKeys;
}

/**
 * Makes a customer of the provider, with CAs of its own and host names that nobody else can use. It has no people yet. Ends in
 * `provider_only`, `people_only`, `second_factor_required`, `names_invalid`, `name_reserved`, `name_taken`, `names_taken`, `decision_stale`.
 */
export async function createCustomer(
  services: CustomerMaking,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'createCustomer'>, 'body'>,
): Promise<RouteOutput<'createCustomer'>> {
  const { store, clock, random, newId } = services;
  const { caller } = actor;
  needProvidersPerson(caller);
  const { name, sessionLifeSeconds } = body;
  const patterns = namePatterns(body.namePatterns);
  const createdAt = new Date(clock());
  const id = newId();
  const authorities = await firstAuthorities(
    services,
    { organizationId: id, createdAt },
    authorityKeyKinds[0],
  );
  const sessions = sessionLifeSeconds === undefined ? {} : { sessionLifeSeconds };
  const organization = {
    ...{ id, handle: randomHandle(random), kind: 'customer' as const, name, createdAt },
    ...sessions,
  };
  return store.within([caller.organizationId, id], async (tx) => {
    await takeTurn(tx, caller);
    const by = { id: caller.userId, name: `${caller.organizationName}/${caller.userName}` };
    await foundOrganization(
      tx,
      { organization, namePatterns: patterns, authorities },
      { actor: by, data: { outside: 'provider' }, requestId: actor.requestId },
    );
    await insertCustomer(tx, caller.organizationId, { customerId: id, name });
    await recordEvent(tx, eventOf(actor, 'customer.created', name, { namePatterns: patterns }));
    return customerEntry(tx, caller, id);
  });
}
