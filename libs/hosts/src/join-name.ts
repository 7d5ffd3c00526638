import type { Brand } from '@writ/kernel';
import { isHostName, type HostName } from '@writ/openssh/trust';
import { refuse } from './errors.js';

/** What hosts may be called that join with one token: one name, or names that differ in their first label. */
export type JoinName = Brand<string, 'JoinName'>;

/**
 * The text as a JoinName ('join_name_invalid'): a host name, or one with a single `*` in its first label for one or more
 * letters, digits and hyphens, like web-*.acme.example.
 */
export function joinName(text: string): JoinName {
  const oneStar = /^[^.*]*\*?[^.*]*(\.[^*]*)?$/.test(text);
  if (text === '*' || !oneStar || !isHostName(text.replace('*', 'x'))) {
    refuse(
      'join_name_invalid',
      'A host joins under a host name, or under names with one * in the first label, like web-*.acme.example.',
    );
  }
  return text as JoinName;
}

/** Whether a host may join under the name. */
export function joinNameCovers(pattern: JoinName, name: HostName): boolean {
  const expression = pattern.replaceAll('.', '\\.').replace('*', '[a-z0-9-]+');
  return new RegExp(`^${expression}$`).test(name);
}
