import { askToGoOn } from '../terminal/ask.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Client } from './client.js';

/** As `askToGoOn`, about a person: nobody is asked about somebody who does not exist ('not_found'). */
export async function askAboutUser(
  terminal: Terminal,
  client: Client,
  user: string,
  question: string,
  sure: boolean,
): Promise<void> {
  if (sure || !terminal.canAsk) return;
  await client.call('showUser', { params: { ...client.organization, user } });
  await askToGoOn(terminal, question, sure);
}
