import Table from 'cli-table3';
import { printable } from './escape.js';
import { pieces, strong, type Line } from './text.js';
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

/** Most rows that are laid out at once: that takes more than twice as long for twice as many. */
const most = 500;

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
  const lines = [headings.map((heading) => [strong(heading)]), ...rows];
  const widths = lines.length > most ? widthsOf(headings.length, lines) : undefined;
  for (let at = 0; at < lines.length; at += most) {
    const table = new Table({
      chars: none,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
      ...(widths === undefined ? {} : { colWidths: widths }),
    });
    for (const row of lines.slice(at, at + most)) table.push(row.map((cell) => terminal.dress(cell)));
    terminal.columns(table.toString());
  }
}

/** Columns that no cell is too long for: what takes two places on a terminal counts twice. */
function widthsOf(columns: number, rows: readonly (readonly Line[])[]): number[] {
  const width = (line: Line): number => {
    const text = printable(
      pieces(line)
        .map((piece) => (typeof piece === 'string' ? piece : piece.text))
        .join(''),
    );
    return [...text].reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2), 0);
  };
  return Array.from({ length: columns }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, width(row[column] ?? '')), 0),
  );
}
