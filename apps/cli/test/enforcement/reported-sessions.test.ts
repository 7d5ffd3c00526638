import { reportedSessions, unheardText } from '../../src/enforcement/reported-sessions.js';
import type { Client } from '../../src/session/client.js';

describe('sessions that hosts have reported', () => {
  /** A service that has these sessions, each time that it is asked, and one host. */
  function clientOf(...answers: (readonly { readonly id: string }[])[]): Client {
    const call = (route: string) => {
      if (route === 'listHosts')
        return Promise.resolve({ items: [{ name: 'web-1', lastSeenAt: null }], next: null });
      return Promise.resolve({ items: answers.shift(), next: null });
    };
    return { organization: {}, call } as unknown as Client;
  }

  it('are waited for where there is none yet', async () => {
    const found = [{ id: 'a' }];
    expect(await reportedSessions(clientOf([], found), { user: 'q8' }, 10_000)).toEqual({
      ...{ sessions: found, unheard: [] },
    });
    expect(await reportedSessions(clientOf([]), { user: 'q8' }, 0)).toEqual({
      ...{ sessions: [], unheard: [{ name: 'web-1', lastSeenAt: null }] },
    });
  });

  it('names the hosts that were heard of least lately', () => {
    expect(unheardText([])).toBe('');
    const seen = (n: number) => ({ name: `web-${n}`, lastSeenAt: `2026-01-31T08:0${n}:00.000Z` });
    expect(unheardText([6, 5, 4, 3, 2].map(seen).concat({ name: 'db', lastSeenAt: null as never }))).toMatch(
      /: db \(never\), web-2 \(2026-01-31 08:02 UTC\), .*, web-5 \(.*\) and 1 more$/,
    );
  });
});
