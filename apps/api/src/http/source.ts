/** An address as we write it: an IPv4 address that arrived on an IPv6 socket is still that address. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/**
 * The part of an address that stands for one party: all of an IPv4 address, the first 64 bits of an IPv6 address,
 * for whoever has one has them all.
 */
export function party(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? before : [...before, ...zeros(8 - before.length - after.length), ...after];
  return `${groups.slice(0, 4).map(short).join(':')}::/64`;
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0');
}

function short(group: string): string {
  return group.toLowerCase().replace(/^0+(?=.)/, '');
}
