import { execFileSync } from 'node:child_process';
import { kit } from './machine.js';
import { find, installed, interpreter, shells } from './toolbox.js';

it.each(installed(shells))('%s reads the kit', (shell) => {
  const [command, ...first] = interpreter(shell);
  execFileSync(command, [...first, '-n', kit]);
});

// No package brings shellcheck along: it is run where it is installed; elsewhere `installed` names the command.
if (installed(['shellcheck']).length > 0)
  it('shellcheck finds nothing', () => {
    expect(execFileSync(find('shellcheck') ?? '', ['--shell=sh', kit], { encoding: 'utf8' })).toBe('');
  });
