import type { HostEnforcement } from '@writ/contract';
import { enforcementText, progressText } from '../../src/enforcement/enforcement-words.js';
import { statusOf } from '../../src/enforcement/wait-option.js';

const host = (name: string, state: HostEnforcement['state'], lastSeenAt: string | null): HostEnforcement => ({
  ...{ host: name, state, since: null, provedKrlVersion: null },
  ...{ cut: null, sessionsEnded: 0, unknownSessions: null },
  lastSeenAt,
});
const totals = (enforced: number, hosts: number) => ({
  ...{ krlVersion: '7', at: '2026-02-03T14:02:08.123Z', hosts, enforced },
  ...{ behind: 0, silent: 0, never: 0, cut: null, sessionsEnded: 0, unknownSessions: 0 },
});
const behind = host('web-9', 'behind', '2026-02-03T14:02:00.000Z');
const silent = (name: string, time = '2026-02-03T13:40:59.000Z') => host(name, 'silent', time);

describe('how far a revocation is enforced, in words', () => {
  it('says how many, and by when', () => {
    expect(progressText(totals(12, 43))).toBe('enforced on 12 of 43 hosts at 14:02:08 UTC');
    const all = { totals: totals(1, 1), behind: [], silent: [], uncut: [], unsure: [], elsewhere: [] };
    expect(enforcementText(all)).toBe('enforced on 1 of 1 host by 14:02:08 UTC');
    expect(statusOf(all)).toBe(0);
  });

  it('names the silent ones, and since when', () => {
    const seen = {
      totals: totals(41, 43),
      behind: [],
      silent: [silent('db-1'), silent('db-2')],
      uncut: [],
      unsure: [],
      elsewhere: [],
    };
    expect(enforcementText(seen)).toBe(
      'enforced on 41 of 43 hosts by 14:02:08 UTC; 2 silent since 13:40 UTC: db-1, db-2',
    );
    expect(statusOf(seen)).toBe(3);
    const apart = [silent('db-1'), silent('db-2', '2026-01-31T09:15:00.000Z'), host('new-1', 'never', null)];
    expect(enforcementText({ ...seen, silent: apart })).toBe(
      'enforced on 41 of 43 hosts by 14:02:08 UTC; 2 silent: db-1 since 13:40 UTC, db-2 since 2026-01-31 09:15 UTC; ' +
        '1 never seen: new-1',
    );
  });

  it('names those that do not enforce it, and of very many only some', () => {
    const seen = {
      totals: totals(0, 30),
      behind: Array.from({ length: 25 }, () => behind),
      silent: [silent('db-1')],
      uncut: [],
      unsure: [],
      elsewhere: [],
    };
    expect(enforcementText(seen)).toContain(
      `; 25 not yet: ${Array(20).fill('web-9').join(', ')} and 5 more; 1 silent`,
    );
    expect(statusOf(seen)).toBe(4);
  });

  it('says how many sessions were ended, and who may still hold some', () => {
    const cut = { ...totals(2, 2), cut: 2, sessionsEnded: 3 };
    const seen = { totals: cut, behind: [], silent: [], uncut: [], unsure: [], elsewhere: [] };
    expect(enforcementText(seen)).toBe('enforced on 2 of 2 hosts by 14:02:08 UTC; 3 open sessions ended');
    expect(statusOf(seen)).toBe(0);
    const partly = {
      ...seen,
      totals: { ...cut, cut: 1, sessionsEnded: 1 },
      uncut: [host('web-1', 'enforced', null)],
    };
    expect(enforcementText(partly)).toBe(
      'enforced on 2 of 2 hosts by 14:02:08 UTC; 1 open session ended; 1 may still hold open sessions: web-1',
    );
    expect(statusOf(partly)).toBe(4);
    const unsure = { ...host('web-2', 'enforced', null), cut: true, unknownSessions: 2 };
    const unknown = { ...seen, unsure: [unsure, { ...unsure, host: 'web-3', unknownSessions: 1 }] };
    expect(enforcementText(unknown)).toBe(
      'enforced on 2 of 2 hosts by 14:02:08 UTC; 3 open sessions ended; ' +
        '2 may still hold 3 sessions of which nobody knows what they were opened with: web-2, web-3',
    );
    expect(statusOf(unknown)).toBe(4);
  });

  it('says that there is nobody to wait for', () => {
    const none = { totals: totals(0, 0), behind: [], silent: [], uncut: [], unsure: [], elsewhere: [] };
    expect(enforcementText(none)).toContain('no host has joined');
    expect(statusOf(none)).toBe(0);
  });

  describe('in customers', () => {
    const own = { totals: totals(2, 2), behind: [], silent: [], uncut: [], unsure: [] };
    const none = { ...own, totals: totals(0, 0) };
    const globex = (more: object) => [
      { organization: 'globex', totals: { ...totals(0, 1), ...more } },
      { organization: 'initech', totals: totals(0, 0) },
    ];

    it('says how many of their hosts, by no name, and of what state the others are', () => {
      const seen = { ...own, elsewhere: globex({ behind: 1 }) };
      expect(progressText(seen.totals, seen.elsewhere)).toBe(
        'enforced on 2 of 2 hosts at 14:02:08 UTC; in globex: 0 of 1',
      );
      expect(enforcementText(seen)).toBe(
        'enforced on 2 of 2 hosts by 14:02:08 UTC; in globex: enforced on 0 of 1 host, 1 not yet',
      );
      expect(statusOf(seen)).toBe(4);
      const uncut = { ...own, elsewhere: globex({ enforced: 1, cut: 0 }) };
      expect(enforcementText(uncut)).toContain(
        'enforced on 1 of 1 host, 0 open sessions ended, 1 may still hold open sessions',
      );
      expect(statusOf(uncut)).toBe(4);
      const unknown = { ...own, elsewhere: globex({ enforced: 1, cut: 1, unknownSessions: 1 }) };
      expect(enforcementText(unknown)).toContain(
        '0 open sessions ended, 1 session of which nobody knows what it was opened with may still be open',
      );
      expect(statusOf(unknown)).toBe(4);
      // Where nothing was to be cut it does not matter.
      expect(statusOf({ ...own, elsewhere: globex({ enforced: 1, unknownSessions: 1 }) })).toBe(0);
    });

    it('does not take silence for success, nor what the caller may not see', () => {
      for (const elsewhere of [globex({ silent: 1 }), globex({ never: 1 })])
        expect(statusOf({ ...own, elsewhere })).toBe(3);
      const unseen = { ...own, elsewhere: [{ organization: 'globex', totals: null }] };
      expect(enforcementText(unseen)).toContain('; in globex: not shown to you');
      expect(progressText(unseen.totals, unseen.elsewhere)).toContain('; in globex: not shown to you');
      expect(statusOf(unseen)).toBe(3);
    });

    it('is all that there is where the organization has no hosts', () => {
      const seen = { ...none, elsewhere: globex({ enforced: 1, cut: 1, sessionsEnded: 2 }) };
      expect(enforcementText(seen)).toBe(
        'no host of this organization has joined; in globex: enforced on 1 of 1 host, 2 open sessions ended',
      );
      expect(statusOf(seen)).toBe(0);
      expect(enforcementText({ ...none, elsewhere: globex({}).slice(1) })).toContain(
        'no host has joined that',
      );
    });
  });
});
