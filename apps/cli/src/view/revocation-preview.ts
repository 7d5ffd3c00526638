import type { RevocationPreview } from '@writ/contract';
import { counted } from '../numbers.js';
import type { Line } from '../terminal/text.js';
import { field, instant } from './fields.js';
import { cameFrom } from './host-session.js';

/** Names that are printed of each kind; of more it is said how many. */
const named = 10;

/** What revoking would end, line by line. */
export function describePreview(preview: RevocationPreview): readonly Line[] {
  const { alreadyRevoked, stillValid, locked, until, serials, keys, sessionsEnded, ownAccount } = preview;
  if (alreadyRevoked)
    return ['All of that was revoked before; nothing would change.', ...sessionLines(preview)];
  const held = locked === 0 ? '' : `, and ${locked} that a lock holds`;
  const last = until === null ? '' : `, the last until ${instant(until)}`;
  return [
    'This would end:',
    ...authorityLines(preview),
    field('certificates', `${counted(stillValid, 'certificate')} that can be used now${held}${last}`),
    ...holderLines(preview),
    ...(serials === 0 ? [] : [field('serials', `${serials} of which no certificate is known`)]),
    ...(keys === 0 ? [] : [field('keys', listed(preview.revokedKeys, keys))]),
    ...(sessionsEnded === 0
      ? []
      : [field('signed in', `${counted(sessionsEnded, 'session')} of this service`)]),
    ...sessionLines(preview),
    ...hostLines(preview),
    ...preview.elsewhere.map(({ organization, certificates }) =>
      field(`in ${organization}`, counted(certificates, 'certificate')),
    ),
    ...(ownAccount
      ? [field('your own account', 'you are signed out, and somebody else has to let you in again')]
      : []),
  ];
}

/** What is open on hosts, as they have said, and of which nobody knows. */
function sessionLines({
  cut,
  openSessions: { count, sessions, unheard },
}: RevocationPreview): readonly Line[] {
  const more = count - Math.min(sessions.length, named);
  const whether = cut === 0 ? 'go on; --cut ends them' : 'which hosts end';
  const lines = sessions
    .slice(0, named)
    .map(({ host, login, user, from, began, lastSeenAt, silent }) =>
      field(
        '',
        `${host}: ${user ?? 'somebody'}${login === null ? '' : ` as ${login}`} from ${cameFrom(from)}, since ${instant(began)}${silent ? `; the host was last heard of ${instant(lastSeenAt)}` : ''}`,
      ),
    );
  const silent = unheard.hosts.map(({ name }) => name);
  return [
    field('open sessions', count === 0 ? 'none that a host has reported' : `${count}, ${whether}`),
    ...lines,
    ...(sessions.length > 0 && more > 0 ? [field('', `and ${more} more`)] : []),
    ...(unheard.count === 0
      ? []
      : [
          field(
            'nobody knows of',
            `${counted(unheard.count, 'host')} not heard of lately${silent.length === 0 ? '' : `: ${listed(silent, unheard.count)}`}`,
          ),
        ]),
  ];
}

function authorityLines({ authority }: RevocationPreview): readonly Line[] {
  if (authority === null) return [];
  const { kind, state, successor } = authority;
  const next =
    successor === null
      ? []
      : [
          field(
            'signs instead',
            successor === 'next' ? 'the CA that waits as the next one' : 'a new CA, which nobody knows yet',
          ),
        ];
  const follows =
    kind === 'user'
      ? 'joined hosts learn of it at once; everybody needs a new certificate, and hosts that have not joined new CA lines'
      : 'joined hosts get new certificates at once; clients need the new CA lines, which `writ hosts` fetches';
  return [field(`${kind} CA`, `${state}: all that it has signed`), ...next, field('', follows)];
}

function holderLines({ holders, holderCount }: RevocationPreview): readonly Line[] {
  const more = holderCount - Math.min(holders.length, named);
  return [
    ...holders
      .slice(0, named)
      .map(({ name, type, certificates, until }) =>
        field('', `${type === 'host' ? 'host ' : ''}${name}: ${certificates}, until ${instant(until)}`),
      ),
    ...(more > 0 ? [field('', `and ${more} more`)] : []),
  ];
}

function hostLines({ hosts, reachedThrough }: RevocationPreview): readonly Line[] {
  const others = hosts.andOthers ? ['every host that trusts the user CA without having joined'] : [];
  const known =
    hosts.count === 0 ? [] : [`${counted(hosts.count, 'host')}: ${listed(hosts.names, hosts.count)}`];
  const opened = [...known, ...others];
  return [
    ...(opened.length === 0 ? [] : [field('which open', opened.join('; and '))]),
    ...(reachedThrough.length === 0
      ? []
      : [field('reached through it', listed(reachedThrough, reachedThrough.length))]),
  ];
}

function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, named);
  const more = count - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
