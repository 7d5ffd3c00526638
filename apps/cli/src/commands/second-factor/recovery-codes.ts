import type { Input } from '../../input.js';
import type { Terminal } from '../../terminal/terminal.js';

/** The codes are the data, one a line; what they are for is talk. */
export function printRecoveryCodes(terminal: Terminal, input: Input, recoveryCodes: readonly string[]): void {
  terminal.adviceIfLost = 'The recovery codes are lost: `writ second-factor codes` makes new ones.';
  if (input.json) return terminal.jsonLine({ recoveryCodes });
  terminal.say(
    'Recovery codes, shown only now: keep them where your authenticator is not. Each signs you in once without it.',
  );
  terminal.data(...recoveryCodes);
}
