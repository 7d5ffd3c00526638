import { timeText, wordsOf, type DrillReport, type HostResult } from '../drill/report.js';
import { resultText } from '../drill/report-html.js';
import { printTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { bad, good, warning, type Span } from '../terminal/text.js';

/** One line for each host. */
export function printDrill(terminal: Terminal, { hosts }: DrillReport): void {
  const headings = ['host', 'result', 'refused', 'cut', 'proved', 'remarks'];
  const rows = hosts.map((host) => [
    host.host,
    [dressed(host.result)],
    ...[host.refusedAfter, host.cutAfter, host.provedAfter].map(timeText),
    wordsOf(host),
  ]);
  printTable(terminal, headings, rows, 'no host');
}

function dressed(result: HostResult): Span {
  const text = resultText[result];
  return result === 'passed' ? good(text) : result === 'open' ? bad(text) : warning(text);
}
