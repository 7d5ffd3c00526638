import type { Streaming } from '@writ/contract';
import { awaitEnforcement, type Progress } from '../../src/enforcement/await-enforcement.js';
import { waitStatus, statusOf } from '../../src/enforcement/wait-option.js';
import type { Client } from '../../src/session/client.js';

const totals = {
  ...{
    krlVersion: '7',
    at: '2026-02-03T14:02:08.123Z',
    hosts: 2,
    enforced: 1,
    behind: 1,
    silent: 0,
    never: 0,
  },
  ...{ cut: null, sessionsEnded: 0, unknownSessions: 0 },
};

describe('waiting for hosts', () => {
  it('ends where the service answers nothing any more, with what was heard last', async () => {
    const asked: string[] = [];
    /** Says once how far it is, and then nothing. */
    const call = (route: string, _: unknown, { onChunk, signal }: Streaming = {}) => {
      asked.push(route);
      onChunk?.(Buffer.from(`event: enforcement\ndata: ${JSON.stringify(totals)}\n\n`));
      return new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new Error('ended')), { once: true }),
      );
    };
    const client = { organization: { organization: 'abcdefghijklmnop' }, call } as unknown as Client;
    const followed = { krlVersion: '7', revocation: 'r', elsewhere: [{ organization: 'globex' }] };
    let heard: Progress | null = null;
    const told = (progress: Progress): void => void (heard = progress);
    // Keeps the process, as the timeouts do not.
    const alive = setInterval(() => undefined, 1_000);
    const seen = await awaitEnforcement(client, followed, { waitMs: 50, lastMs: 100, told });
    clearInterval(alive);
    expect(seen).toBeNull();
    expect(statusOf(seen)).toBe(waitStatus.someBehind);
    expect(heard).toEqual({ totals, elsewhere: [] });
    expect(asked.sort()).toEqual(['enforcement', 'enforcementStream', 'showRevocation']);
  }, 5_000);
});
