import {
  isGroup,
  optionsOf,
  partsOf,
  type CommandDescription,
  type LeafDescription,
} from '../src/describe/command.js';
import { commands, writ } from '../src/describe/tree.js';
import { parse } from '../src/program.js';

interface Placed {
  readonly words: readonly string[];
  /** As it may be typed at the least. */
  readonly shortest: readonly string[];
  readonly command: LeafDescription;
}

function leaves(
  all: readonly CommandDescription[],
  before: readonly string[] = [],
  usual?: string,
): Placed[] {
  return all.flatMap((command) => {
    const words = [...before, command.name];
    if (isGroup(command)) return leaves(command.commands, words, command.usual);
    return [{ words, shortest: command.name === usual ? before : words, command }];
  });
}

/** The words of `writ …` in an example, as a shell would split it; what is piped or redirected is left out. */
function wordsOf(example: string): string[] {
  const own = /(?:^|\| )writ (.*)$/.exec(example)?.[1] ?? '';
  const [line = ''] = own.split(/ (?:>>?|\|) /);
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

const all = leaves(commands);

describe('every command', () => {
  it.each(all.map(({ words, shortest, command }) => [words.join(' '), shortest.join(' '), command] as const))(
    '%s',
    async (place, shortest, command) => {
      // One line each, so that help and completion stay readable.
      expect(command.summary).toMatch(/^[^A-Z.\n][^\n]{5,80}[^.\n]$/);
      for (const { command: example, says } of command.examples) {
        expect(says).not.toBe('');
        expect(example).toContain(`writ ${shortest}`);
      }
      const names = optionsOf(command).flatMap((option) => partsOf(option).spellings);
      expect(new Set(names).size).toBe(names.length);
      if (command.passThrough === true) return;

      const help = await parse(writ, [...place.split(' '), '--help'], 100);
      expect(help.what === 'help' && help.text).toMatch(/^Examples?:$/m);
      for (const name of [...names, '--help']) expect(help.what === 'help' && help.text).toContain(name);
    },
  );

  it.each(
    all
      .filter(({ command }) => command.passThrough !== true)
      .flatMap(({ command }) => command.examples.map((example) => [example.command, command] as const)),
  )('reads its own example: %s', async (example, command) => {
    const asked = await parse(writ, wordsOf(example), 100);
    expect(asked.what === 'command' && asked.command).toBe(command);
  });

  it('speaks JSON, apart from those that have nothing to say in it', () => {
    const without = all
      .filter(({ command }) => command.json === undefined)
      .map(({ words }) => words.join(' '));
    expect(without).toEqual(['server', 'rewrap', 'completion']);
  });

  it('takes no secret as the value of an option', () => {
    const options = all.flatMap(({ command }) => command.options ?? []);
    const secret = options.filter(({ flags }) => /password|secret|invitation|token|passphrase/.test(flags));
    for (const option of secret)
      expect(option.flags).toMatch(/-file <file>$|-fd <number>$|^--invitation$|^--secret-later$/);
  });
});

describe('parse', () => {
  const words = async (...line: string[]) => {
    const asked = await parse(writ, line, 100);
    if (asked.what !== 'command') throw new Error('help');
    return asked.input;
  };

  it('collects an option that is repeated, one value each', async () => {
    const input = await words('role', 'create', 'web', '--logins', 'a', '--logins', 'b');
    expect(input.values('logins')).toEqual(['a', 'b']);
    expect(input.argument('role')).toBe('web');
  });

  it('does not take an argument for a value of the option before it', async () => {
    const input = await words('role', 'create', '--logins', 'a', 'web');
    expect(input.values('logins')).toEqual(['a']);
    expect(input.argument('role')).toBe('web');
  });

  it('knows a negative flag', async () => {
    expect((await words('role', 'create', 'web', '--no-extensions')).flag('no-extensions')).toBe(true);
    expect((await words('role', 'create', 'web')).flag('no-extensions')).toBe(false);
  });

  it('checks the choices of an option that is repeated', async () => {
    await expect(words('role', 'create', 'web', '--extension', 'permit-everything')).rejects.toMatchObject({
      code: 'usage_invalid',
    });
    const input = await words(
      'role',
      'create',
      'web',
      '--extension',
      'permit-pty',
      '--extension',
      'permit-user-rc',
    );
    expect(input.values('extension')).toEqual(['permit-pty', 'permit-user-rc']);
  });

  it('takes everything behind -- for arguments', async () => {
    expect((await words('cert', 'show', '--', '--json')).argument('file')).toBe('--json');
  });
});
