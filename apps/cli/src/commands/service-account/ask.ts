import type { Input } from '../../input.js';
import type { Client } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import type { Terminal } from '../../terminal/terminal.js';

/** As `askToGoOn`, about a service account: nobody is asked about one that does not exist ('not_found'). */
export async function askAboutServiceAccount(
  terminal: Terminal,
  client: Client,
  input: Input,
  account: string,
  question: string,
): Promise<void> {
  if (input.flag('yes') || !terminal.canAsk) return;
  await client.call('showServiceAccount', { params: { ...client.organization, account } });
  await askToGoOn(terminal, question, false);
}
