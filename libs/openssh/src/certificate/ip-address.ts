/** A dotted quad without leading zeros as a number, or null. */
export function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let address = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    address = (address << 8n) | BigInt(part);
  }
  return address;
}

/** An IPv6 address in any form of RFC 4291 section 2.2, without a zone, as a number; or null. */
export function parseIpv6(text: string): bigint | null {
  const hex = withHexTail(text);
  if (hex === null) return null;
  const gap = hex.indexOf('::');
  const head = groupsOf(gap < 0 ? hex : hex.slice(0, gap));
  const tail = gap < 0 ? [] : groupsOf(hex.slice(gap + 2));
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return null;
  let address = 0n;
  for (const group of [...head, ...Array<string>(missing).fill('0'), ...tail]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null;
    address = (address << 16n) | BigInt(`0x${group}`);
  }
  return address;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

/** The address with a dotted quad at its end, if there is one, as two hexadecimal groups. */
function withHexTail(text: string): string | null {
  if (!text.includes('.')) return text;
  const start = text.lastIndexOf(':') + 1;
  const quad = parseIpv4(text.slice(start));
  if (quad === null) return null;
  return `${text.slice(0, start)}${(quad >> 16n).toString(16)}:${(quad & 0xffffn).toString(16)}`;
}

/** RFC 5952 section 4: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
export function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => (address >> BigInt(112 - 16 * index)) & 0xffffn);
  let start = 0;
  let length = 0;
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (to < 8 && groups[to] === 0n) to += 1;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
