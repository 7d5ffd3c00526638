import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bashCompletion } from '../../src/completion/bash.js';
import { fishCompletion } from '../../src/completion/fish.js';
import { places } from '../../src/completion/words.js';
import { zshCompletion } from '../../src/completion/zsh.js';
import { writ } from '../../src/describe/tree.js';

const scripts = { bash: bashCompletion(writ), zsh: zshCompletion(writ), fish: fishCompletion(writ) };

const installed = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('completion', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'writ-completion-'));
    for (const [shell, script] of Object.entries(scripts)) writeFileSync(join(directory, shell), script);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  // The script for a shell that is not here is held to what all three have in common, and to its brackets and quotes.
  it.each(Object.entries(scripts))('%s: every command and option is in it', (_, script) => {
    for (const place of places(writ)) {
      for (const { name } of place.commands) expect(script).toContain(name);
      for (const { spellings } of place.options)
        for (const spelling of spellings) expect(script).toContain(spelling.replace(/^-+/, ''));
      for (const { choices } of [...place.options, ...place.arguments])
        for (const choice of choices) expect(script).toContain(choice);
    }
  });

  it.each(Object.entries(scripts))('%s: the shell can read it', (shell, script) => {
    if (installed(shell)) {
      const read = spawnSync(shell, ['-n', join(directory, shell)], { encoding: 'utf8' });
      expect(read).toMatchObject({ status: 0, stderr: '' });
      return;
    }
    // apt-get install zsh fish lets the shells themselves say so.
    expect(shell).not.toBe('bash');
    expect(openQuotes(script, shell)).toBe(0);
    expect(
      count(script, shell === 'fish' ? /^\s*(function|for|if|while|switch)\b/gm : /^\s*(case|if|while)\b/gm),
    ).toBe(count(script, shell === 'fish' ? /^\s*end$/gm : /^\s*(esac|fi|done)$/gm));
  });

  /** What bash offers for the last of the words. */
  function offered(...words: string[]): string[] {
    const line = `. ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _writ; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['-c', line, 'bash', 'writ', ...words], {
      cwd: directory,
      encoding: 'utf8',
    });
    return output.split('\n').filter((word) => word !== '');
  }

  it('bash: offers commands, options, choices and files', () => {
    expect(offered('ce')).toEqual(['cert']);
    expect(offered('cert', '')).toEqual(['issue', 'show', 'list']);
    expect(offered('cert', 'issue', '--')).toEqual([
      ...['--role', '--host', '--login', '--ttl', '--key', '--org', '--json', '--help'],
    ]);
    expect(offered('user', 'list', '--state', '')).toEqual(['invited', 'active', 'locked', 'disabled']);
    expect(offered('role', 'create', 'web', '--extension', 'permit-p')).toEqual([
      'permit-pty',
      'permit-port-forwarding',
    ]);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('cert', 'show', 'z')).toEqual(['zsh']);
    expect(offered('cert', 'issue', '--key', 'fi')).toEqual(['fish']);
    expect(offered('login', '--url', '')).toEqual([]);
  });
});

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Quotes that are open at the end of a script; zsh quotes a quote as '\'', fish as \' inside. */
function openQuotes(script: string, shell: string): number {
  const code = script
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return count(code.replaceAll(shell === 'fish' ? /\\[\\']/g : /\\'/g, ''), /'/g) % 2;
}
