import type { LeafDescription } from './command.js';

export const completion: LeafDescription = {
  name: 'completion',
  summary: 'print the completion script of a shell',
  examples: [
    { command: 'writ completion bash > ~/.local/share/bash-completion/completions/writ', says: 'bash' },
    { command: 'writ completion zsh > "${fpath[1]}/_writ"', says: 'zsh' },
    { command: 'writ completion fish > ~/.config/fish/completions/writ.fish', says: 'fish' },
  ],
  arguments: [{ name: 'shell', summary: 'which shell', choices: ['bash', 'zsh', 'fish'] }],
  load: () => import('../commands/completion.js'),
};

export const version: LeafDescription = {
  name: 'version',
  summary: 'print the version',
  examples: [{ command: 'writ version --json', says: 'for a program' }],
  json: '{ "version": string }',
  load: () => import('../commands/version.js'),
};
