/** An address as we write it: an IPv4 address that arrived on an IPv6 socket is still that address. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/**
 * The part of an address that stands for one party: all of an IPv4 address, the first 64 bits of an IPv6 address,
 * for whoever has one has them all.
 */
export function party(address: string): string {
  return networksOf(address).party;
}

/** The networks that an address is in, from the narrowest. */
export interface Networks {
  /** An IPv4 address, an IPv6 /64. */
  readonly party: string;
  /** An IPv6 /56; null for IPv4. */
  readonly site: string | null;
  /** An IPv4 /24, an IPv6 /48; null for what is no address. */
  readonly network: string | null;
}

export function networksOf(address: string): Networks {
  const plain = plainAddress(address);
  if (!plain.includes(':')) {
    const [a, b, c, d] = plain.split('.');
    return { party: plain, site: null, network: d === undefined ? null : `${a}.${b}.${c}.0/24` };
  }
  const [a = '0', b = '0', c = '0', d = '0'] = groupsOf(plain).map(short);
  const site = d.length > 2 ? `${d.slice(0, -2)}00` : '0';
  return {
    party: `${a}:${b}:${c}:${d}::/64`,
    site: `${a}:${b}:${c}:${site}::/56`,
    network: `${a}:${b}:${c}::/48`,
  };
}

function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return tail === undefined ? before : [...before, ...zeros(8 - before.length - after.length), ...after];
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0');
}

function short(group: string): string {
  return group.toLowerCase().replace(/^0+(?=.)/, '');
}
