import type { Run } from '../../run.js';
import { durationWords } from '../../duration.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await terminal.working('Reading authorities', () =>
    collect((query) => client.call('listAuthorities', { params: client.organization, query })),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((authority) => [
    [strong(authority.kind)],
    authority.state,
    authority.keyType,
    authority.fingerprint,
    durationWords(BigInt(authority.maxValiditySeconds)),
  ]);
  printTable(terminal, ['CA', 'STATE', 'KEY', 'FINGERPRINT', 'AT MOST'], rows, 'There are no authorities.');
};
