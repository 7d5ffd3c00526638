import { refuse } from '../refuse.js';
import { formatIpv6, parseIpv4, parseIpv6 } from './ip-address.js';

interface Network {
  readonly family: 4 | 6;
  readonly address: bigint;
  readonly prefix: number;
}

/**
 * The canonical spelling of a source-address list: every entry with its prefix length, IPv6 as RFC 5952
 * writes it, in order of family, address and prefix length, each once.
 *
 * Throws CodedError 'source_address_empty' for an empty list (which allows nothing) and
 * 'source_address_malformed' for an entry that sshd would not read as one network or that could never
 * match: bits set behind the prefix, a zone, an IPv4 address in IPv6 form. Source: PROTOCOL.certkeys
 * "source-address"; OpenSSH addr_match_cidr_list.
 */
export function canonicalCidrList(entries: readonly string[]): string[] {
  if (entries.length === 0) {
    refuse(
      'source_address_empty',
      'An empty source-address list allows no address; name one or leave the option out.',
    );
  }
  const networks = entries.map((entry) => {
    const network = readNetwork(entry);
    return typeof network === 'string' ? malformed(entry, network) : network;
  });
  return [...new Set(networks.sort(inOrder).map(formatNetwork))];
}

/** Why `entry` is not one network that sshd could match, or null. */
export function cidrProblem(entry: string): string | null {
  const network = readNetwork(entry);
  return typeof network === 'string' ? network : null;
}

/** The network, or what is wrong with the text. */
function readNetwork(text: string): Network | string {
  if (!/^[0-9a-fA-F:.]+(\/(0|[1-9][0-9]{0,2}))?$/.test(text)) return 'is not an address or address/prefix';
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  const family = host.includes(':') ? 6 : 4;
  const address = family === 6 ? parseIpv6(host) : parseIpv4(host);
  if (address === null) return 'is not an IP address';
  const width = family === 6 ? 128 : 32;
  const prefix = slash === -1 ? width : Number(text.slice(slash + 1));
  if (prefix > width) return 'has a prefix length that is too long';
  if (BigInt.asUintN(width - prefix, address) !== 0n) return 'has bits set behind its prefix length';
  if (family === 6 && prefix >= 96 && address >> 32n === 0xffffn) {
    return 'is an IPv4 address in IPv6 form, which sshd never sees; write it as IPv4';
  }
  return { family, address, prefix };
}

function inOrder(a: Network, b: Network): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  return a.prefix - b.prefix;
}

function formatNetwork({ family, address, prefix }: Network): string {
  return `${family === 6 ? formatIpv6(address) : formatIpv4(address)}/${prefix}`;
}

function formatIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.');
}

function malformed(entry: string, what: string): never {
  return refuse('source_address_malformed', `The source address "${entry.slice(0, 64)}" ${what}.`, {
    entry: entry.slice(0, 64),
  });
}
