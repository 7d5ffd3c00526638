import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Inventory } from '../ssh/inventory.js';
import type { Terminal } from '../terminal/terminal.js';

/**
 * Says what plain `ssh` can do now, and what of the service's answer was not believed.
 * @param home where its files were put
 */
export function saySsh(terminal: Terminal, { organizations, leftOut }: Inventory, home: string): void {
  const hosts = organizations.flatMap(({ hosts }) => hosts);
  const [first] = hosts;
  if (first === undefined) terminal.say('You may reach no host yet; plain `ssh` will know those to come.');
  else {
    const count = hosts.length === 1 ? 'one host' : `${hosts.length} hosts`;
    terminal.say(
      `Plain \`ssh\` reaches ${count} with your certificates, such as: ssh ${shortest(first.names)}`,
    );
  }
  for (const words of leftOut) terminal.warn(`Left out: ${words}`);
  const account = accountHome();
  if (account !== null && account !== home)
    terminal.warn(
      `ssh itself reads ${join(account, '.ssh/config')}, whatever HOME says; here it takes: ssh -F '${join(home, '.ssh/config')}'`,
    );
}

/** Where ssh looks for its files: the home directory of the account, which HOME does not change. */
function accountHome(): string | null {
  try {
    return userInfo().homedir;
  } catch {
    // An account that no list has, as in some containers.
    return null;
  }
}

const shortest = (names: readonly string[]): string => names.toSorted((a, b) => a.length - b.length)[0] ?? '';
