import { resultOf, statusOfDrill, summaryOf, wordsOf, type DrilledHost } from '../../src/drill/report.js';
import { escaped, reportHtml } from '../../src/drill/report-html.js';

const host: DrilledHost = {
  ...{ host: 'web-1.acme.example', notTried: null, refusedAfter: 420, lastLogin: null },
  ...{ cutAfter: 1_200, provedAfter: 600 },
};
const reported = (...hosts: readonly DrilledHost[]) => ({
  ...{ organization: 'acme', by: 'ana', drill: 'drill-1', selector: { env: 'prod' }, login: 'deploy' },
  ...{ startedAt: '2026-11-26T08:00:00.000Z', revokedAt: '2026-11-26T08:00:02.000Z', krlVersion: '7' },
  timeoutSeconds: 60,
  hosts: hosts.map((each) => ({ ...each, result: resultOf(each) })),
});

const open = { ...host, refusedAfter: null, lastLogin: 'in' } as const;
const uncut = { ...host, cutAfter: null };
const gone = { ...host, refusedAfter: null, lastLogin: 'unreached' } as const;
const unproved = { ...host, provedAfter: null };
const nothing = { refusedAfter: null, cutAfter: null, provedAfter: null };
const untried = { ...host, ...nothing, notTried: 'never seen' };

it.each([
  [
    [host, host],
    0,
    '2 of 2 hosts refused the canary, ended its session and proved it, the slowest after 1.20 s',
  ],
  [
    [host, untried],
    3,
    '1 of 2 hosts refused the canary, ended its session and proved it, the slowest after 1.20 s; 1 not tried',
  ],
  [[untried], 3, '0 of 1 host refused the canary, ended its session and proved it; 1 not tried'],
  [[unproved], 3, '0 of 1 host refused the canary, ended its session and proved it; of 1 nobody knows'],
  [[gone], 3, '0 of 1 host refused the canary, ended its session and proved it; of 1 nobody knows'],
  [
    [open, untried],
    4,
    '0 of 2 hosts refused the canary, ended its session and proved it; 1 did not; 1 not tried',
  ],
  [
    [uncut, host],
    4,
    '1 of 2 hosts refused the canary, ended its session and proved it, the slowest after 1.20 s; 1 did not',
  ],
] as const)('silence is no success, and what is open no silence: %#', (hosts, status, summary) => {
  const report = reported(...hosts);
  expect([statusOfDrill(report), summaryOf(report)]).toEqual([status, summary]);
});

it('says of each host what is wrong with it', () => {
  expect([host, open, uncut, gone, unproved, untried].map(wordsOf)).toEqual([
    '',
    'still lets the canary in',
    'its session is still open',
    'could not be asked again whether it refuses',
    'has not proved it',
    'not tried: never seen',
  ]);
});

it('is a page of its own, in which every value is text', () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  const page = reportHtml({
    ...reported({ ...untried, host: evil, notTried: evil }),
    ...{ organization: evil, by: evil, drill: evil, selector: { [evil]: evil }, login: evil },
    ...{ startedAt: evil, revokedAt: evil, krlVersion: evil },
  });
  expect(page).not.toMatch(/<img|onerror="|<script|https?:|url\(|@import|src="|href=/i);
  expect(page.split(escaped(evil)).length - 1).toBe(12);
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('@media print');
  expect(escaped('a\u0000\u001b\u202e\n<')).toBe('a\ufffd\ufffd\ufffd\ufffd&#60;');
});
