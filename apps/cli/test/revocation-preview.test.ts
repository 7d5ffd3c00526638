import type { RevocationPreview } from '@writ/contract';
import { pieces, type Line } from '../src/terminal/text.js';
import { describePreview } from '../src/view/revocation-preview.js';

const nothing: RevocationPreview = {
  ...{ certificates: 0, serials: 0, keys: 0, sessionsEnded: 0, cut: 0, alreadyRevoked: false },
  ...{
    stillValid: 0,
    locked: 0,
    until: null,
    holders: [],
    holderCount: 0,
    revokedKeys: [],
    reachedThrough: [],
  },
  ...{ hosts: { count: 0, names: [], andOthers: false }, authority: null, ownAccount: false, elsewhere: [] },
  openSessions: { count: 0, sessions: [], unheard: { count: 0, hosts: [] } },
};
const session = (id: string, silent = false) => ({
  ...{ host: 'web-1', id, login: 'root', user: 'bob', from: '192.0.2.7', silent },
  ...{ began: '2026-02-03T14:02:08.123Z', lastSeenAt: '2026-02-03T15:00:00.000Z' },
});
const plain = (line: Line) =>
  pieces(line)
    .map((piece) => (typeof piece === 'string' ? piece : piece.text))
    .join('');
const said = (over: Partial<RevocationPreview>) =>
  describePreview({ ...nothing, ...over })
    .map((line) => plain(line).trim().replace(/ {2,}/, ': '))
    .slice(1);

describe('what revoking would end, in words', () => {
  it('names open sessions, whether they end, and of which hosts nobody knows', () => {
    const hosts = [{ name: 'db-1', lastSeenAt: null }];
    const openSessions = {
      count: 2,
      sessions: [session('a'), session('b', true)],
      unheard: { count: 1, hosts },
    };
    const row = 'web-1: bob as root from 192.0.2.7, since 2026-02-03 14:02 UTC';
    expect(said({ openSessions }).slice(1)).toEqual([
      'open sessions: 2, go on; --cut ends them',
      row,
      `${row}; the host was last heard of 2026-02-03 15:00 UTC`,
      'nobody knows of: 1 host not heard of lately: db-1',
    ]);
    expect(said({ cut: 3, openSessions })[1]).toBe('open sessions: 2, which hosts end');
    // As of what was revoked before, of which sessions may be open still.
    expect(said({ alreadyRevoked: true, openSessions })[0]).toBe('open sessions: 2, go on; --cut ends them');
  });

  it('names ten, or none to who may not see hosts', () => {
    const sessions = Array.from({ length: 12 }, (_, n) => session(`s${n}`));
    const unheard = { count: 5, hosts: [] };
    expect(said({ openSessions: { count: 300, sessions, unheard } })).toHaveLength(14);
    expect(said({ openSessions: { count: 300, sessions, unheard } })).toContain('and 290 more');
    expect(said({ openSessions: { count: 300, sessions: [], unheard } }).slice(1)).toEqual([
      'open sessions: 300, go on; --cut ends them',
      'nobody knows of: 5 hosts not heard of lately',
    ]);
    expect(said({})[1]).toBe('open sessions: none that a host has reported');
    expect(said({ stillValid: 6, locked: 4, until: '2026-02-03T15:00:00.000Z' })[0]).toBe(
      'certificates: 6 certificates that can be used now, and 4 that a lock holds, the last until 2026-02-03 15:00 UTC',
    );
  });
});
