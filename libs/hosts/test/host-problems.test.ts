import { hostProblemCodes, hostProblems, type ObservedHost } from '../src/index.js';

const now = 1_800_000_000;
const day = 86_400;
const well: ObservedHost = {
  name: 'web-1.acme.example',
  keys: [{ fingerprint: 'SHA256:a', revoked: false, certificateUntil: now + 20 * day }],
  waiting: 0,
  bundleVersion: '7',
  bundleIsCurrent: true,
  krlVersion: '3',
  appliedKrlVersion: '3',
  provedKrlVersion: '3',
  lastSeenAt: now - 60,
  clockOffsetSeconds: -60,
  report: { bundle: '7', result: 'ok', words: '' },
};
const key = (more: object): Partial<ObservedHost> => ({
  keys: [{ fingerprint: 'SHA256:a', revoked: false, certificateUntil: null, ...more }],
});
const found = (more: Partial<ObservedHost>) => hostProblems({ ...well, ...more }, now, 2 * 3600);

describe('what is wrong with a host', () => {
  it('is nothing with one that reports what it should', () => {
    expect(found({})).toEqual([]);
  });

  it.each<[string, Partial<ObservedHost>, string]>([
    ['never_seen', { lastSeenAt: null, report: null, clockOffsetSeconds: null }, 'not reported since'],
    ['silent', { lastSeenAt: now - 4 * 3600 }, 'last seen 4 hours ago'],
    ['silent', { lastSeenAt: now - 4 * day }, 'last seen 4 days ago'],
    ['keys_waiting', { waiting: 1 }, 'writ host approve web-1.acme.example'],
    ['certificate_expired', key({ certificateUntil: now }), 'ended 0 seconds ago'],
    ['certificate_expired', key({ certificateUntil: now - 600 }), 'ended 10 minutes ago'],
    ['certificate_missing', key({}), 'has no certificate yet'],
    ['certificate_ends', key({ certificateUntil: now + day }), 'ends in 24 hours'],
    ['key_revoked', key({ revoked: true }), 'was revoked'],
    ['sync_failed', { report: { bundle: '7', result: 'sshd_refuses', words: 'no' } }, 'no'],
    ['sync_failed', { report: { bundle: '7', result: 'sshd_refuses', words: '' } }, 'ended in sshd_refuses'],
    ['bundle_behind', { report: { bundle: '6', result: 'ok', words: '' } }, 'bundle 6; 7 was made'],
    ['bundle_behind', { report: { bundle: '', result: 'ok', words: '' } }, 'no bundle; 7'],
    ['bundle_outdated', { bundleIsCurrent: false }, 'at its next sync'],
    ['krl_behind', { appliedKrlVersion: '2' }, 'number 3, but number 2'],
    ['krl_behind', { appliedKrlVersion: null }, 'an old one or none'],
    ['krl_unproved', { provedKrlVersion: '2' }, 'number 3, but number 2'],
    ['krl_unproved', { provedKrlVersion: null }, 'number 3, but none'],
    ['clock_off', { clockOffsetSeconds: day }, '24 hours ahead'],
    ['clock_off', { clockOffsetSeconds: -61 }, '61 seconds behind'],
  ])('%s: %j', (code, more, words) => {
    expect(found(more)).toEqual([{ code, words: expect.stringContaining(words) as string }]);
  });

  it('is said with the worst first', () => {
    const everything = found({
      ...key({ certificateUntil: now - day }),
      waiting: 2,
      lastSeenAt: now - day,
      clockOffsetSeconds: 3600,
      appliedKrlVersion: null,
      report: { bundle: '6', result: 'step_failed', words: 'x' },
    }).map(({ code }) => code);
    const order = everything.map((code) => hostProblemCodes.indexOf(code));
    expect(everything).toHaveLength(7);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});
