import type { BundleKey } from '@writ/contract';

/** The hosts that do not know a key, as words: 'web-1.acme.example, web-2.acme.example and 7 more'. */
export function unknownToText({ unknownTo: { count, hosts } }: BundleKey, most = 10): string {
  if (count === 0) return 'none';
  const named = hosts.slice(0, most);
  const more = count - named.length;
  return `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
