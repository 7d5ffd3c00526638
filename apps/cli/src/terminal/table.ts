import Table from 'cli-table3';
import type { Line } from './text.js';
import { strong } from './text.js';
import type { Terminal } from './terminal.js';

const none = {
  ...{
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: '  ',
};

/** Prints rows under headings as data, in columns without lines; `empty` is said where there are none. */
export function printTable(
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly Line[])[],
  empty: string,
): void {
  if (rows.length === 0) {
    terminal.say(empty);
    return;
  }
  const table = new Table({
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(headings.map((heading) => terminal.dress([strong(heading)])));
  for (const row of rows) table.push(row.map((cell) => terminal.dress(cell)));
  terminal.columns(table.toString());
}
