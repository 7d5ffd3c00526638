import {
  resultOf,
  summaryOf,
  timeText,
  wordsOf,
  type DrilledHost,
  type DrillReport,
  type HostResult,
} from './report.js';

/** One page that needs nothing else: no script, nothing from elsewhere. Every value is escaped. It prints on white paper. */
export function reportHtml(report: DrillReport): string {
  const { organization, by, drill, selector, login, startedAt, revokedAt, krlVersion, timeoutSeconds } =
    report;
  const facts: readonly (readonly [string, string])[] = [
    ['Organization', organization],
    ['Run by', by],
    [
      'Hosts with',
      Object.entries(selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
    ['Login', login],
    ['Canary', drill],
    ['Started', startedAt],
    ['Revoked', `${revokedAt}, KRL version ${krlVersion}`],
    ['Waited at most', `${timeoutSeconds} s`],
  ];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(`Revocation drill at ${organization}, ${revokedAt.slice(0, 10)}`)}</title>`,
    `<style>${style}</style></head><body>`,
    '<h1>Revocation drill</h1>',
    `<p class="summary">${escaped(summaryOf(report))}.</p>`,
    '<dl>',
    ...facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`),
    '</dl>',
    '<table><thead><tr><th>Host</th><th>Result</th><th>Refused after</th><th>Session ended after</th>',
    '<th>Proved after</th><th>Remarks</th></tr></thead><tbody>',
    ...report.hosts.map(row),
    '</tbody></table>',
    '<p>Times run from the moment in which the revocation was asked for. A host is counted as having refused the canary only where it had let ',
    'the same key and certificate in before. A host that was not tried, or of which nobody knows, is no success.</p>',
    '</body></html>',
    '',
  ].join('\n');
}

function row(host: DrilledHost): string {
  const result = resultOf(host);
  const times = [host.refusedAfter, host.cutAfter, host.provedAfter];
  return [
    `<tr class="${result}"><td>${escaped(host.host)}</td><td>${escaped(resultText[result])}</td>`,
    ...times.map((time) => `<td class="time">${escaped(timeText(time))}</td>`),
    `<td>${escaped(wordsOf(host))}</td></tr>`,
  ].join('');
}

export const resultText: Readonly<Record<HostResult, string>> = {
  passed: 'passed',
  open: 'FAILED',
  unsure: 'not known',
  not_tried: 'not tried',
};

/** Text as HTML shows it, in an element or an attribute; controls as a mark. */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0) ?? 0};`);
}

const style = [
  'body{font:15px/1.45 system-ui,sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}',
  'h1{font-size:1.5rem;margin:0 0 .5rem}.summary{font-size:1.1rem;font-weight:600}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}',
  'table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}',
  'td:first-child{overflow-wrap:anywhere}.time{font-variant-numeric:tabular-nums;white-space:nowrap}',
  'tr.open td{font-weight:700}tr.open td:first-child{border-left:4px solid #b00020}',
  'tr.unsure td:first-child,tr.not_tried td:first-child{border-left:4px solid #b36b00}tr.passed td:first-child{border-left:4px solid #1b7f3b}',
  '@media print{body{margin:0;max-width:none;font-size:10.5pt}thead{display:table-header-group}tr{break-inside:avoid}@page{margin:18mm}}',
].join('');
