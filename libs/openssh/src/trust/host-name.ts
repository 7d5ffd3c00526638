import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';

/** A host's DNS name in the one spelling that certificates and known_hosts carry: lower case, no final dot. */
export type HostName = Brand<string, 'HostName'>;

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The text as a HostName: labels of 1–63 lower-case letters, digits and inner hyphens, at most 253 characters in
 * all, the last label not a number, also not in hexadecimal (`0x7f`), which keeps addresses out ('host_name_invalid'). No wildcards: clients before
 * OpenSSH 10.3 do not match them in host certificates. Source: RFC 1123 section 2.1, OpenSSH
 * `valid_domain`, inet_aton(3).
 */
export function hostName(text: string): HostName {
  if (!isHostName(text)) {
    refuse(
      'host_name_invalid',
      'A host name is lower-case letters, digits and hyphens in labels parted by dots, like web-1.acme.example.',
    );
  }
  return text;
}

/** True where `hostName` would take the text. */
export function isHostName(text: string): text is HostName {
  return (
    text.length <= 253 &&
    text.split('.').every((each) => label.test(each)) &&
    !/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(text)
  );
}
