import { CodedError } from '@writ/kernel';
import { isIP } from 'node:net';
import type { ApiErrorCode } from '../errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a variable's text is not. */
export class MustBe {
  constructor(readonly what: string) {}
}

/** Reads one variable: its text (never empty) to a value, or to what it must be. */
export type Reader<T> = (text: string) => T | MustBe;

/** The variable's value, or `fallback` where it is unset or empty. Ends in `config_invalid`. */
export function variable<T, F>(
  environment: Environment,
  name: string,
  reader: Reader<T>,
  fallback: F,
): T | F {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  const value = reader(text);
  if (value instanceof MustBe) throw badVariable(name, value);
  return value;
}

/** The error for a variable that has a value it cannot have. */
export function badVariable(name: string, { what }: MustBe): CodedError<ApiErrorCode> {
  return new CodedError('config_invalid', `${name} must be ${what}.`, { variable: name });
}

export const asText: Reader<string> = (text) => text;

/** Addresses and networks (CIDR), commas between. */
export const asNetworks: Reader<readonly string[]> = (text) => {
  const networks = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return networks.every(isNetwork)
    ? networks
    : new MustBe('addresses or networks such as 10.0.0.0/8, commas between');
};

function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export const asYesNo: Reader<boolean> = (text) => {
  if (['1', 'yes', 'true'].includes(text.toLowerCase())) return true;
  if (['0', 'no', 'false'].includes(text.toLowerCase())) return false;
  return new MustBe('yes or no');
};

export function asWhole(least: number, most: number): Reader<number> {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : new MustBe(`a whole number from ${least} to ${most}`);
  };
}

export function asOneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (text) => words.find((word) => word === text) ?? new MustBe(`one of ${words.join(', ')}`);
}

/** Where to listen: `host:port`, `[address]:port`, or `port` alone for 127.0.0.1. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const asListenAddress: Reader<ListenAddress> = (text) => {
  const found = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):)?([0-9]{1,5})$/.exec(text);
  const port = Number(found?.[3] ?? Number.NaN);
  if (found === null || port > 65_535) return new MustBe('host:port, such as 127.0.0.1:7480 or [::]:7480');
  return { host: found[1] ?? found[2] ?? '127.0.0.1', port };
};
