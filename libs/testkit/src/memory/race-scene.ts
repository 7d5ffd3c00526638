import { lostLogin, type Loss, type Scene } from '../contracts/issuing-race.js';
import { keyPairNamed } from '../fixtures/keys.js';
import { aCaller, anAuthority, aRole, provedBy } from '../fixtures/people.js';
import type { Turn } from '../fixtures/turns.js';
import type { MemoryEpochs } from './epochs.js';
import type { MemoryRecorder } from './recorder.js';

interface Surroundings {
  readonly turn: Turn;
  readonly epochs: MemoryEpochs;
  readonly recorder: MemoryRecorder;
  /** The mistake of reading them after what they stand for. */
  readonly epochsLast: boolean;
}

/** A scene in memory: each read and each change takes a turn of its own. */
export function memoryScene({ turn, epochs, recorder, epochsLast }: Surroundings): Scene & {
  readonly authorityId: string;
} {
  const caller = aCaller();
  const role = aRole();
  const authority = anAuthority(caller);
  const key = provedBy(caller, keyPairNamed('subject').publicKey);
  const ids = [caller.userId, role.id, authority.id] as const;
  for (const id of ids) epochs.begin(id);
  const now = { disabled: false, memberOf: true, logins: role.logins, revoked: false, retired: false };

  async function readEpochs(): Promise<readonly bigint[]> {
    await turn();
    return ids.map((id) => epochs.current(id) ?? 0n);
  }

  async function readFacts(): Promise<typeof now> {
    await turn();
    const { disabled, memberOf, logins } = now;
    await turn();
    const { revoked } = now;
    await turn();
    return { disabled, memberOf, logins, revoked, retired: now.retired };
  }

  /** Changes the facts and raises the epoch in one step, as one transaction does. */
  function change(what: Loss): void {
    const [userId, roleId, authorityId] = ids;
    switch (what) {
      case 'the account is disabled':
        now.disabled = true;
        return epochs.raise(userId);
      case 'the role is revoked':
        now.memberOf = false;
        return epochs.raise(userId);
      case 'the key is revoked':
        now.revoked = true;
        return epochs.raise(userId);
      case 'the role loses a login':
        now.logins = now.logins.filter((login) => login !== lostLogin);
        return epochs.raise(roleId);
      case 'the authority is retired':
        now.retired = true;
        return epochs.raise(authorityId);
    }
  }

  return {
    authorityId: authority.id,
    async load() {
      const early = epochsLast ? [] : await readEpochs();
      const facts = await readFacts();
      if (facts.disabled) return null;
      const [userEpoch = 0n, roleEpoch = 0n, authorityEpoch = 0n] = epochsLast ? await readEpochs() : early;
      return {
        caller: { ...caller, epoch: userEpoch },
        roles: [{ ...role, epoch: roleEpoch, memberOf: facts.memberOf, logins: facts.logins }],
        authority: { ...authority, epoch: authorityEpoch, state: facts.retired ? 'retired' : 'active' },
        request: {
          kind: 'user',
          publicKey: key.publicKey,
          keyOwner: { ...key.keyOwner, revoked: facts.revoked },
        },
        requestId: null,
        idempotency: null,
      };
    },
    async lose(what) {
      await turn();
      change(what);
      const found = recorder.records.filter(({ authorityId }) => authorityId === authority.id);
      await turn();
      return new Set(found.map(({ serial }) => serial));
    },
  };
}
