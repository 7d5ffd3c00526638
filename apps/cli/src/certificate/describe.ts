import { durationWords } from '../duration.js';
import { bad, good, quiet, strong, warning, type Line } from '../terminal/text.js';
import { field, instant } from '../view/fields.js';
import type { CertificateReport, ReportedKey, ReportedOption } from './report.js';

/** A certificate in words, at `now` (milliseconds since 1970). */
export function describeCertificate(report: CertificateReport, now: number): readonly Line[] {
  const { certificateType, signature } = report;
  return [
    [strong(`${certificateType === 'user' ? 'User' : 'Host'} certificate`), ` ${report.comment}`],
    field('certified key', key(report.publicKey)),
    field('signed by', key(report.authority)),
    field('signature', [
      signature.algorithm,
      ' ',
      signature.verified ? good('verified') : bad('not verified'),
    ]),
    field('key id', `"${report.keyId}"`),
    field('serial', report.serial),
    field('principals', report.principals.length === 0 ? [bad('none')] : list(report.principals)),
    field('valid', [...window(report)]),
    field('', state(report, now)),
    ...abilities(report).map((line, index) => field(index === 0 ? 'its holder' : '', line)),
    ...listed('critical options', report.criticalOptions),
    ...listed('extensions', report.extensions),
    field('nonce', [quiet(report.nonce)]),
    ...report.warnings.map(({ code, message }): Line => [
      warning('  warning: '),
      message,
      quiet(` [${code}]`),
    ]),
  ];
}

function key({ type, fingerprint }: ReportedKey): Line {
  return [`${type} `, fingerprint];
}

/** In quotes where it could pass for several. */
function list(principals: readonly string[]): string {
  return principals.map((name) => (/^[^\s,"']+$/.test(name) ? name : `"${name}"`)).join(', ');
}

function window({ validAfter, validBefore }: CertificateReport): readonly string[] {
  const from = validAfter === null ? 'since ever' : `from ${instant(validAfter)}`;
  return [from, validBefore === null ? ', for ever' : ` to ${instant(validBefore)}`];
}

function state({ state: now, validAfter, validBefore }: CertificateReport, clock: number): Line {
  const until = (text: string | null): string =>
    text === null ? '' : durationWords(BigInt(Math.floor(Math.abs(Date.parse(text) - clock) / 1000)));
  if (now === 'expired') return [bad(`expired ${until(validBefore)} ago`)];
  if (now === 'not_yet_valid') return [bad(`begins in ${until(validAfter)}`)];
  return [
    good(validBefore === null ? 'valid now, and never ends' : `valid now, ends in ${until(validBefore)}`),
  ];
}

const words: readonly (readonly [extension: string, may: string])[] = [
  ['permit-pty', 'have a terminal'],
  ['permit-port-forwarding', 'forward ports'],
  ['permit-agent-forwarding', 'forward an agent'],
  ['permit-X11-forwarding', 'forward X11'],
  ['permit-user-rc', 'have ~/.ssh/rc run'],
];

/** What it lets its holder do, in words. Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT, PROTOCOL.certkeys. */
function abilities({
  certificateType,
  principals,
  criticalOptions,
  extensions,
}: CertificateReport): readonly Line[] {
  const names = principals.length === 0 ? 'nobody' : list(principals);
  if (certificateType === 'host') return [`is believed to be ${names}`];
  const option = (name: string): ReportedOption | undefined =>
    criticalOptions.find((each) => each.name === name);
  const has = (name: string): boolean => extensions.some((each) => each.name === name);
  const may = words.filter(([name]) => has(name)).map(([, text]) => text);
  const not = words.filter(([name]) => !has(name)).map(([, text]) => text);
  const command = option('force-command')?.value;
  const from = option('source-address')?.value;
  return [
    `may log in as ${names} where this authority is trusted`,
    ...(command === undefined ? [] : [`may run only "${command}", whatever is asked for`]),
    ...(from === undefined ? [] : [`may come only from ${from}`]),
    ...(option('verify-required') === undefined ? [] : ['must have been checked by the security key']),
    ...(may.length === 0 ? [] : [`may ${may.join(', ')}`]),
    ...(not.length === 0 ? [] : [`may not ${not.join(', ')}`]),
  ];
}

function listed(name: string, options: readonly ReportedOption[]): readonly Line[] {
  if (options.length === 0) return [field(name, [quiet('none')])];
  return options.map((option, index) =>
    field(index === 0 ? name : '', option.value === null ? option.name : `${option.name} "${option.value}"`),
  );
}
