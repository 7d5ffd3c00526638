import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { zshCompletion } from '../completion/zsh.js';
import { writ } from '../describe/tree.js';
import type { Run } from '../run.js';

export const run: Run = ({ terminal }, input) => {
  const write = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[input.argument('shell')];
  terminal.data(...(write?.(writ) ?? '').trimEnd().split('\n'));
  return Promise.resolve();
};
