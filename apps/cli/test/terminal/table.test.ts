import { printTable } from '../../src/terminal/table.js';
import { Terminal } from '../../src/terminal/terminal.js';
import { strong } from '../../src/terminal/text.js';

/** What is printed of so many rows. */
function printed(count: number): readonly string[] {
  let text = '';
  const stream = { write: (more: string | Uint8Array) => (text += String(more)) };
  const terminal = new Terminal({
    output: stream,
    talk: stream,
    inputIsTerminal: () => false,
    environment: {},
    outputState: { broken: null },
  });
  const rows = Array.from({ length: count }, (_, n) => [[strong(`host-${n}`)], 'root', `role-${n % 7}`]);
  printTable(terminal, ['HOST', 'AS', 'BY'], rows, 'Nothing.');
  return text.trimEnd().split('\n');
}

describe('a table', () => {
  it.each([1, 499, 500, 501, 1700])('of %d rows has each of them once, in the same columns', (count) => {
    const [head = '', ...lines] = printed(count);
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(
      Array.from({ length: count }, (_, n) => `host-${n}`),
    );
    const columns = [head.indexOf('AS'), head.indexOf('BY')];
    expect(new Set(lines.map((line) => line.indexOf('root')))).toEqual(new Set([columns[0]]));
    expect(new Set(lines.map((line) => line.indexOf('role-')))).toEqual(new Set([columns[1]]));
  });
});
