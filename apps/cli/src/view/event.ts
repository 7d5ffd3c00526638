import type { Event } from '@writ/contract';
import { quiet, strong, type Line } from '../terminal/text.js';
import { instant } from './fields.js';

/** What of an event's data is worth its place on a short line. */
const telling: readonly string[] = [
  'keyId',
  'principals',
  'role',
  'to',
  'outside',
  'exception',
  'delegations',
  'joinTokens',
  'invitations',
  'reason',
];

/** One event on one line: when, what, to what, by whom, and of the rest what tells most; all of it where it may be `long`. */
export function describeEvent({ at, kind, actor, subject, data }: Event, long: boolean): Line {
  const rest = Object.entries(data)
    .filter(([name, value]) => long || (telling.includes(name) && value !== ''))
    .map(([name, value]) => ` ${name}=${name.startsWith('valid') ? moment(value) : plain(value)}`);
  return [
    quiet(instant(at)),
    ' ',
    strong(kind),
    ` ${subject} `,
    quiet('by '),
    actor ?? nobody(kind, subject, data),
    quiet(rest.join('')),
  ];
}

/**
 * Who it was that has no account here: the service, whoever ran `writ init` or another command on the server, the organization whose
 * person it concerns ('msp/ana'), or somebody who did not get in.
 */
function nobody(kind: string, subject: string, data: Event['data']): string {
  if (data['server'] === true || kind === 'installation.restored') return 'somebody on the server';
  if (data['byItself'] === true) return 'the service';
  const [home, person] = /^(?:user|group)\./.test(kind) ? subject.split('/') : [];
  if (home !== undefined && person !== undefined) return home;
  return kind === 'organization.created' ? 'init on the server' : 'somebody unknown';
}

function plain(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length === 0 ? 'none' : plain(value.join(','));
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** Certificates count seconds since 1970; people do not. */
function moment(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{1,11}$/.test(value)) return plain(value);
  return new Date(Number(value) * 1000).toISOString().replace(/:\d{2}\.\d{3}Z$/, 'Z');
}
