import { refuse } from '../refuse.js';
import { parseIpv4, parseIpv6 } from '../certificate/ip-address.js';
import { isHostName, type HostName } from './host-name.js';
import type { Login } from './login.js';
import { namePattern, type NamePattern } from './name-pattern.js';
import {
  absent,
  bareWord,
  commaList,
  commandWord,
  commentWord,
  line,
  pathWord,
  textFile,
  type Line,
  type Word,
} from './quoting.js';

/** What ssh is told about hosts that are believed by one organization's host CA alone. */
export interface ClientTrust {
  readonly names: readonly HostName[];
  /** A known_hosts file of `@cert-authority` lines. */
  readonly knownHostsFile: string;
  /** A KRL; where it cannot be read ssh believes no host at all. Null: there is none. */
  readonly revokedHostKeysFile: string | null;
}

/** What ssh is told about names that may mean joined hosts or others: the user's own known_hosts file comes first. */
export interface ClientExtraTrust {
  readonly names: readonly NamePattern[];
  readonly except: readonly HostName[];
  readonly knownHostsFile: string;
  readonly revokedHostKeysFile: string | null;
}

/** What ssh is told about one host. */
export interface ClientHost {
  /** What may be typed. */
  readonly names: readonly HostName[];
  /** The name in its certificate. */
  readonly alias: HostName;
  /** Where it is: a host name or an IP address. */
  readonly address: string;
  readonly port: number | null;
  readonly jump: HostName | null;
  /** The login where none is said. */
  readonly user: Login | null;
}

/** Which certificate ssh offers to hosts, as long as a check answers with 0. */
export interface ClientCertificate {
  readonly names: readonly (HostName | NamePattern)[];
  readonly except: readonly HostName[];
  /** Offered to these logins, or to all but these. */
  readonly logins: { readonly only: readonly Login[] } | { readonly allBut: readonly Login[] };
  /** Absolute path of a script for sh, and its words. ssh hands it to the user's own shell, so that nothing varies in it. */
  readonly check: { readonly script: string; readonly words: readonly string[] };
  readonly identityFile: string;
  readonly certificateFile: string;
}

/**
 * A script that is run for names which mean nothing yet, those within patterns and those without a dot: what it answers, and that it
 * was run, changes nothing.
 */
export interface ClientLook {
  readonly patterns: readonly NamePattern[];
  readonly except: readonly HostName[];
  readonly check: ClientCertificate['check'];
}

export interface ClientConfig {
  readonly comments: readonly string[];
  readonly hosts: readonly ClientHost[];
  readonly trust: readonly ClientTrust[];
  readonly extraTrust: readonly ClientExtraTrust[];
  readonly certificates: readonly ClientCertificate[];
  /** Null: nothing is run. */
  readonly look: ClientLook | null;
}

/** Best first, none with SHA-1; wildcards are read since OpenSSH 7.7, and an algorithm that a client lacks is no error in one. */
export const hostCertificateAlgorithms =
  'ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-*-cert-v01@openssh.com,rsa-sha2-*-cert-v01@openssh.com';

/**
 * The content of a file that ssh_config includes. Every block is a `Match originalhost`; the first value that ssh reads wins,
 * but identities and certificates add up, so that the caller names each host and login in one certificate's block at most.
 *
 * Throws CodedError: 'config_path_refused', 'config_text_not_quotable' (also for empty lists of names),
 * 'host_name_invalid', 'name_pattern_invalid', 'client_address_invalid', 'client_port_invalid'. Source: ssh_config(5).
 */
export function clientConfig(config: ClientConfig): string {
  return textFile([
    ...config.comments.map((text) => `# ${commentWord(text)}` as Line),
    ...config.hosts.flatMap(hostBlock),
    ...config.trust.flatMap(trustBlock),
    ...config.extraTrust.flatMap(extraTrustBlock),
    ...config.certificates.flatMap(certificateBlock),
    ...(config.look === null ? [] : lookBlocks(config.look)),
  ]);
}

/** The line `Include path`, for the top of ssh_config. Throws 'config_path_refused'. */
export function includeLine(path: string): string {
  return setting('Include', pathWord(path));
}

function hostBlock(host: ClientHost): Line[] {
  return [
    line(...matching(host.names, [])),
    setting('HostName', addressWord(host.address)),
    ...(host.port === null ? [] : [setting('Port', portWord(host.port))]),
    ...(host.jump === null ? [] : [setting('ProxyJump', nameWord(host.jump))]),
    setting('HostKeyAlias', nameWord(host.alias)),
    ...(host.user === null ? [] : [setting('User', bareWord(host.user))]),
  ];
}

function trustBlock({ names, knownHostsFile, revokedHostKeysFile }: ClientTrust): Line[] {
  return [
    line(...matching(names, [])),
    setting('UserKnownHostsFile', pathWord(knownHostsFile)),
    setting('HostKeyAlgorithms', bareWord(hostCertificateAlgorithms)),
    setting('StrictHostKeyChecking', bareWord('yes')),
    ...revokedHostKeys(revokedHostKeysFile),
  ];
}

function extraTrustBlock({ names, except, knownHostsFile, revokedHostKeysFile }: ClientExtraTrust): Line[] {
  const own = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'].map(bareWord);
  return [
    line(...matching(names, except)),
    line(bareWord('UserKnownHostsFile'), ...own, pathWord(knownHostsFile)),
    ...revokedHostKeys(revokedHostKeysFile),
  ];
}

function revokedHostKeys(file: string | null): Line[] {
  return file === null ? [] : [setting('RevokedHostKeys', pathWord(file))];
}

function certificateBlock(certificate: ClientCertificate): Line[] {
  const { names, except, logins, check } = certificate;
  return [
    line(...matching(names, except), ...loginWords(logins), ...running(check)),
    setting('IdentityFile', pathWord(certificate.identityFile)),
    setting('CertificateFile', pathWord(certificate.certificateFile)),
    setting('IdentitiesOnly', bareWord('yes')),
  ];
}

function lookBlocks({ patterns, except, check }: ClientLook): Line[] {
  const isShort = (name: HostName): boolean => !name.includes('.');
  const short = ['*', '!*.*'].map(bareWord);
  const others = except.filter(isShort).map(nameWord).map(absent);
  const full = except.filter((name) => !isShort(name));
  return [
    ...(patterns.length === 0 ? [] : [line(...matching(patterns, full), ...running(check))]),
    line(bareWord('Match'), bareWord('originalhost'), commaList([...short, ...others]), ...running(check)),
  ];
}

function running({ script, words }: ClientCertificate['check']): Word[] {
  return [bareWord('exec'), commandWord('/bin/sh', script, ...words)];
}

function loginWords(logins: ClientCertificate['logins']): Word[] {
  if ('only' in logins) return [bareWord('user'), commaList(logins.only.map(bareWord))];
  if (logins.allBut.length === 0) return [];
  return [bareWord('user'), commaList([bareWord('*'), ...logins.allBut.map(bareWord).map(absent)])];
}

function matching(names: readonly (HostName | NamePattern)[], except: readonly HostName[]): Word[] {
  const fitting = names.map((name) => bareWord(namePattern(name)));
  const words = [...fitting, ...except.map(nameWord).map(absent)];
  return [bareWord('Match'), bareWord('originalhost'), commaList(words)];
}

function nameWord(name: HostName): Word {
  if (!isHostName(name)) refuse('host_name_invalid', 'A name of a host in ssh_config is not a host name.');
  return bareWord(name);
}

function addressWord(address: string): Word {
  const known = isHostName(address) || parseIpv4(address) !== null || parseIpv6(address) !== null;
  if (!known)
    refuse(
      'client_address_invalid',
      'The address of a host is a host name, or an IP address without a zone.',
    );
  return bareWord(address);
}

function portWord(port: number): Word {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    refuse('client_port_invalid', 'A port is a number from 1 to 65535.');
  return bareWord(String(port));
}

function setting(keyword: string, value: Word): Line {
  return line(bareWord(keyword), value);
}
