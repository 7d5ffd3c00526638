import { refuse } from './errors.js';

/** The SSHSIG namespace of cut lists: what is signed for a bundle or a KRL says nothing about sessions, nor the other way round. */
export const cutNamespace = 'cut@writ';

/** The longest cut list with its signature (bytes): a host takes no longer one. */
export const longestCutList = 4 * 1024 * 1024;

/** Certificates of one authority, whatever became of them. */
export interface CutCertificates {
  /** 'SHA256:…' of the authority's key. */
  readonly authority: string;
  /** The first and the last serial, below 2^64. */
  readonly first: bigint;
  readonly last: bigint;
}

/** One session of one host. */
export interface CutSession {
  /** The host's id. */
  readonly host: string;
  /** As the host called it. */
  readonly session: string;
}

/** Which sessions are to be ended. */
export interface CutEntries {
  readonly certificates: readonly CutCertificates[];
  /** 'SHA256:…' of keys: certified ones, or ones that logged in by themselves. */
  readonly keys: readonly string[];
  readonly sessions: readonly CutSession[];
}

/** Which list it is, and whose. */
export interface CutListIdentity {
  /** The organization's handle. */
  readonly organization: string;
  /** Rises with each list of the organization; 1 to 2^63 - 1. */
  readonly number: bigint;
  /** Seconds since 1970. */
  readonly madeAt: bigint;
}

export type CutList = CutListIdentity & CutEntries;

/**
 * The text that the organization's bundle key signs (docs/host-protocol.md): sorted, each thing once, ranges that meet or
 * touch as one, whatever order and repetition the entries come in. Throws `cut_list_malformed` for what has no line, and for
 * more than a host would take.
 */
export function cutListText({ organization, number, madeAt }: CutListIdentity, entries: CutEntries): string {
  const lines = [
    'writ-cut 1',
    `organization ${organization}`,
    `number ${number}`,
    `made ${madeAt}`,
    ...joined(entries.certificates).map(certificateLine),
    ...inOrder(entries.keys.map((key) => `key ${key}`)),
    ...inOrder(entries.sessions.map(({ host, session }) => `session ${host} ${session}`)),
    'end',
  ];
  if (lines.some((line) => line.includes('\n'))) return malformed('one of its lines');
  const text = `${lines.join('\n')}\n`;
  parseCutList(text);
  return text;
}

const form = {
  head: /^organization ([a-z0-9]{16})\nnumber ([1-9][0-9]{0,18})\nmade (0|[1-9][0-9]{0,11})\n/,
  certificate: /^certificate (SHA256:[A-Za-z0-9+/]{43}) (0|[1-9][0-9]{0,19}) (0|[1-9][0-9]{0,19})$/,
  key: /^key (SHA256:[A-Za-z0-9+/]{43})$/,
  session: /^session ([A-Za-z0-9_-]{1,64}) ([A-Za-z0-9_-]{1,64})$/,
};
const first = 'writ-cut 1\n';

/**
 * Takes a cut list apart (without the signature before it). There is one spelling: `cutListText` of what is read is the
 * text again. Throws `cut_list_malformed`.
 */
export function parseCutList(text: string): CutList {
  const rest = text.slice(first.length);
  const head = form.head.exec(rest);
  const [all = '', organization = '', number = '', madeAt = ''] = head ?? [];
  if (text.length > longestCutList || !text.startsWith(first) || head === null) return malformed('its head');
  const lines = rest.slice(all.length).split('\n');
  if (lines.pop() !== '' || lines.pop() !== 'end') return malformed('its end');
  const identity = { organization, number: BigInt(number), madeAt: BigInt(madeAt) };
  if (identity.number >= 1n << 63n) return malformed('its number');
  return { ...identity, ...entriesOf(lines) };
}

function entriesOf(lines: readonly string[]): CutEntries {
  const [certificates, keys, sessions]: [CutCertificates[], string[], CutSession[]] = [[], [], []];
  for (const line of lines) {
    const [, authority, from = '', to = ''] = form.certificate.exec(line) ?? [];
    const [, key] = form.key.exec(line) ?? [];
    const [, host, session = ''] = form.session.exec(line) ?? [];
    if (authority !== undefined && keys.length + sessions.length === 0)
      certificates.push({ authority, first: BigInt(from), last: BigInt(to) });
    else if (key !== undefined && sessions.length === 0) keys.push(key);
    else if (host !== undefined) sessions.push({ host, session });
    else return malformed(`the line ${JSON.stringify(line.slice(0, 80))}`);
  }
  const said = [...joined(certificates).map(certificateLine), ...inOrder(lines.slice(certificates.length))];
  // One of each, in order; what is out of order or could be one line is refused.
  if (said.join('\n') !== lines.join('\n')) return malformed('the order of its lines');
  return { certificates, keys, sessions };
}

/** By authority and serial, as few ranges as say the same. Throws `cut_list_malformed` for what is no range. */
function joined(certificates: readonly CutCertificates[]): readonly CutCertificates[] {
  const sorted = [...certificates].sort(
    (a, b) => compare(a.authority, b.authority) || compare(a.first, b.first),
  );
  const runs: CutCertificates[] = [];
  for (const one of sorted) {
    if (one.first > one.last || one.first < 0n || one.last >= 1n << 64n) return malformed('its serials');
    const run = runs.at(-1);
    if (run?.authority !== one.authority || run.last + 1n < one.first) runs.push(one);
    else if (run.last < one.last) runs[runs.length - 1] = { ...run, last: one.last };
  }
  return runs;
}

function certificateLine({ authority, first: from, last }: CutCertificates): string {
  return `certificate ${authority} ${from} ${last}`;
}

function inOrder(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)].sort(compare);
}

/** In the order of bytes. */
function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function malformed(what: string): never {
  return refuse('cut_list_malformed', `This is no cut list: ${what} is not as it should be.`);
}
