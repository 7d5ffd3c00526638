import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { fingerprint } from '@writ/openssh/key';
import {
  findSignInKey,
  insertSignInKey,
  raiseEpochs,
  recordEvent,
  removeSignInKeys,
  signInKeysOf,
  type ScopedDatabase,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { keyTaken, ownClaim } from '../keys/key-taken.js';
import { subjectKey } from '../keys/subject-key.js';
import { refusal } from '../refusal.js';
import { refuseRegistering } from '../users/open-account.js';
import { takeTurn } from '../users/take-turn.js';
import { knownServiceAccount } from './read.js';
import { shownServiceAccount } from './view.js';

/** So many keys can open a service account at a time. */
const mostKeys = 16;

/**
 * Registers a key that opens a service account from then on. Nobody has proved it yet: it becomes the account's for good when it is
 * first used. One that somebody else has registered for the account rests on the caller from then on, and goes on as it was. Ends in `public_key_invalid`, `not_found`, `grant_refused` (every rule), `already_so`, `key_taken`, `too_many_keys`,
 * `decision_stale`.
 */
export function addSignInKey(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'addSignInKey'>, 'params' | 'body'>,
): Promise<RouteOutput<'addSignInKey'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  const { key, comment } = subjectKey(body.publicKey);
  const name = fingerprint(key);
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownServiceAccount(tx, organizationId, params.account);
    if (account.id === caller.userId) throw refusal('grant_refused', [ownAccount]);
    const exception = await refuseRegistering(tx, clock, caller, account);
    if (account.state !== 'active') {
      const until = account.state === 'locked' ? account.lockedUntil : null;
      const says =
        until === null ? 'disabled; enable it' : `locked until ${until.toISOString()}; end the lock`;
      throw new CodedError<ProblemCode>('already_so', `${account.name} is ${says} first.`);
    }
    const registered = await findSignInKey(tx, organizationId, name);
    const again = registered?.userId === account.id;
    if (again && registered.addedById === caller.userId) {
      throw new CodedError<ProblemCode>(
        'already_so',
        `${account.name} has this key already, registered by you.`,
      );
    }
    if (registered !== null && !again) throw keyTaken('This key is registered for another service account.');
    await ownClaim(tx, organizationId, account.id, name);
    const keys = await signInKeysOf(tx, organizationId, [account.id]);
    const { length } = keys;
    if (!again && length >= mostKeys) {
      throw new CodedError<ProblemCode>(
        'too_many_keys',
        `${account.name} has ${length} keys, which is as many as one service account can have; remove those that are not used.`,
      );
    }
    const addedAt = new Date(clock());
    if (again) await removeSignInKeys(tx, organizationId, { fingerprint: name }, addedAt);
    const added = { publicKey: key.blob, keyType: key.type, comment, addedById: caller.userId, addedAt };
    const made = await insertSignInKey(tx, {
      ...{ organizationId, userId: account.id, fingerprint: name },
      ...{ ...added, lastUsedAt: registered?.lastUsedAt ?? null },
    });
    if (!made) throw keyTaken('This key is registered for another service account.');
    // Whoever registered it is behind the account from now on, which judgements of others rest on.
    await raiseEpochs(tx, organizationId, [account.id]);
    const before = keys.find((each) => again && each.fingerprint === name)?.addedBy;
    const data = {
      ...{ key: name, keyType: key.type, comment },
      ...(before === undefined ? {} : { before }),
      ...(exception === null ? {} : { exception }),
    };
    await recordEvent(tx, eventOf(actor, 'service_account.key_added', account.name, data));
    return shownServiceAccount(tx, organizationId, account);
  });
}

const ownAccount = {
  rule: 'own_account',
  message: 'No account registers a key of its own: a borrowed session would become one that stays.',
};
