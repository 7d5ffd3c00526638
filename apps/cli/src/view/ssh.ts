import type { Inventory } from '../ssh/inventory.js';
import type { Terminal } from '../terminal/terminal.js';

/** Says what plain `ssh` can do now, and what of the service's answer was not believed. */
export function saySsh(terminal: Terminal, { organizations, leftOut }: Inventory): void {
  const hosts = organizations.flatMap(({ hosts }) => hosts);
  const [first] = hosts;
  if (first === undefined) terminal.say('You may reach no host yet; plain `ssh` will know those to come.');
  else {
    const count = hosts.length === 1 ? 'one host' : `${hosts.length} hosts`;
    terminal.say(
      `Plain \`ssh\` reaches ${count} with your certificates, such as: ssh ${first.names.at(-1) ?? first.name}`,
    );
  }
  for (const words of leftOut) terminal.warn(`Left out: ${words}`);
}
