import type { Host } from '@writ/contract';
import { exitStatus } from '../../exit-status.js';
import { counted } from '../../numbers.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { bad, good, strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';
import { appliedText, certificatesUntil, clockText, describeHost, provedText } from '../../view/host.js';

/** The hosts with which something is wrong come first, and of these those that were not seen for longest. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const host = input.argument('host');
  const params = client.organization;
  const hosts =
    host === ''
      ? (
          await terminal.working('Reading hosts', () =>
            collect((query) => client.call('listHosts', { params, query })),
          )
        ).items
      : [await client.call('showHost', { params: { ...params, host } })];
  const sorted = [...hosts].sort(staleFirst);
  const wrong = sorted.filter(({ problems }) => problems.length > 0);
  if (input.json) terminal.json(sorted);
  else if (host !== '') terminal.data(...sorted.flatMap(describeHost));
  else {
    printTable(
      terminal,
      [
        'HOST',
        'LAST SEEN',
        'BUNDLE',
        'REVOCATIONS',
        'ENFORCES',
        'CERTIFICATES',
        'CLOCK',
        'OPENSSH',
        'KIT',
        'STATE',
      ],
      sorted.map((each) => [
        [strong(each.name)],
        each.lastSeenAt === null ? 'never' : instant(each.lastSeenAt),
        ...appliedText(each),
        provedText(each),
        certificatesUntil(each),
        clockText(each),
        each.report?.openssh.replace(/^OpenSSH_/, '') ?? '',
        each.report?.kit ?? '',
        stateOf(each),
      ]),
      `No host has joined yet: \`writ host token create${input.inOrganization}\`.`,
    );
    if (wrong.length > 0)
      terminal.say(`Something is wrong with ${wrong.length} of ${counted(hosts.length, 'host')}.`);
  }
  return wrong.length > 0 ? exitStatus.failed : exitStatus.ok;
};

function stateOf({ problems }: Host) {
  const [worst, ...others] = problems;
  if (worst === undefined) return [good('ok')];
  return [bad(worst.code), ` ${worst.words}${others.length === 0 ? '' : ` (and ${others.length} more)`}`];
}

function staleFirst(a: Host, b: Host): number {
  const wrong = Number(b.problems.length > 0) - Number(a.problems.length > 0);
  if (wrong !== 0) return wrong;
  const seen = Date.parse(a.lastSeenAt ?? '1970-01-01') - Date.parse(b.lastSeenAt ?? '1970-01-01');
  return seen !== 0 ? seen : a.name < b.name ? -1 : 1;
}
