import type { Certificate } from '@writ/contract';
import { limitOf } from '../../numbers.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { bad, good, quiet, strong, type Line } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal, clock } = surroundings;
  const most = limitOf(input.option('limit'), 100);
  const client = await signedIn(surroundings, input);
  const user = input.option('user');
  const type = (['user', 'host'] as const).find((each) => each === input.option('type'));
  const query = {
    ...(user === undefined ? {} : { user }),
    ...(type === undefined ? {} : { type }),
    ...(input.flag('active') ? { active: 'true' as const } : {}),
  };
  const { items, more } = await terminal.working('Reading certificates', () =>
    collect(
      (page) =>
        client.call('listCertificates', { params: client.organization, query: { ...query, ...page } }),
      most,
    ),
  );
  if (more) terminal.say(`Only the newest ${most}; --limit shows more.`);
  if (input.json) return terminal.json(items);
  const rows = items.map((certificate) => [
    [strong(certificate.id)],
    certificate.user,
    certificate.role ?? '',
    certificate.principals.join(', '),
    instant(certificate.issuedAt),
    instant(certificate.validBefore),
    state(certificate, clock()),
  ]);
  const headings = ['SERIAL', 'USER', 'ROLE', 'PRINCIPALS', 'ISSUED', 'ENDS', 'STATE'];
  printTable(terminal, headings, rows, 'There are no such certificates.');
};

function state({ revoked, validBefore }: Certificate, now: number): Line {
  if (revoked) return [bad('revoked')];
  return Date.parse(validBefore) <= now ? [quiet('expired')] : [good('active')];
}
