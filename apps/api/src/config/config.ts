import { userInfo } from 'node:os';
import { join } from 'node:path';
import {
  asListenAddress,
  asNetworks,
  asOneOf,
  asText,
  asWhole,
  asYesNo,
  badVariable,
  MustBe,
  variable,
  type Environment,
  type ListenAddress,
  type Reader,
} from './environment.js';
import { knownVariables, variablesOfOthers } from './known-variables.js';

/** What bounds a request, so that no client can take what belongs to the others. */
export interface Limits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly connections: number;
  /** Requests being worked on at once, altogether and from one address. */
  readonly requests: number;
  readonly requestsPerSource: number;
  /** How long a client may take to send its request, and how long we work on it (seconds). */
  readonly requestSeconds: number;
  /** How long a stop waits for requests that are being worked on (seconds). */
  readonly stopSeconds: number;
}

/** Everything the service is told from outside, validated. Secrets are not here: see key-encryption-secret.ts. */
export interface Config {
  readonly stateDirectory: string;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  readonly listen: ListenAddress;
  readonly allowPlainHttp: boolean;
  /** PEM files; undefined: plain HTTP, or the self-signed pair that `init` made. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Addresses (CIDR) of reverse proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** A host that was not heard of for so long counts as silent. */
  readonly hostSilentSeconds: number;
  readonly limits: Limits;
}

export interface Configuration {
  readonly config: Config;
  /** Sentences for the log: variables nobody knows. */
  readonly warnings: readonly string[];
}

/** Reads every WRIT_* variable once. Ends in `config_invalid` with one sentence that names the variable. */
export function readConfig(environment: Environment): Configuration {
  const read = <T, F>(name: keyof typeof knownVariables, reader: Reader<T>, fallback: F) =>
    variable(environment, name, reader, fallback);
  const certificate = read('WRIT_TLS_CERT', asText, undefined);
  const key = read('WRIT_TLS_KEY', asText, undefined);
  const config: Config = {
    stateDirectory: read('WRIT_STATE_DIR', asText, undefined) ?? defaultStateDirectory(environment),
    databaseUrl: read('WRIT_DATABASE_URL', asText, undefined),
    listen: read('WRIT_LISTEN', asListenAddress, { host: '127.0.0.1', port: 7480 }),
    allowPlainHttp: read('WRIT_ALLOW_PLAIN_HTTP_BEYOND_LOOPBACK', asYesNo, false),
    tls: tlsPair(certificate, key),
    trustedProxies: read('WRIT_TRUSTED_PROXIES', asNetworks, []),
    logLevel: read('WRIT_LOG_LEVEL', asOneOf('debug', 'info', 'warn', 'error', 'silent'), 'info'),
    hostSilentSeconds: read('WRIT_HOST_SILENT_SECONDS', asWhole(120, 604_800), 900),
    limits: {
      bodyBytes: read('WRIT_MAX_BODY_BYTES', asWhole(1_024, 16_777_216), 262_144),
      headerBytes: read('WRIT_MAX_HEADER_BYTES', asWhole(1_024, 1_048_576), 16_384),
      connections: read('WRIT_MAX_CONNECTIONS', asWhole(1, 1_000_000), 16_384),
      requests: read('WRIT_MAX_REQUESTS', asWhole(1, 1_000_000), 1_024),
      requestsPerSource: read('WRIT_MAX_REQUESTS_PER_SOURCE', asWhole(1, 1_000_000), 256),
      requestSeconds: read('WRIT_REQUEST_TIMEOUT_SECONDS', asWhole(1, 3_600), 30),
      stopSeconds: read('WRIT_STOP_TIMEOUT_SECONDS', asWhole(0, 3_600), 20),
    },
  };
  const unknown = Object.keys(environment).filter(
    (name) =>
      name.startsWith('WRIT_') && !Object.hasOwn(knownVariables, name) && !variablesOfOthers.has(name),
  );
  return { config, warnings: unknown.map((name) => `${name} is no variable of Writ and does nothing.`) };
}

function tlsPair(certificate: string | undefined, key: string | undefined): Config['tls'] {
  if (certificate === undefined && key === undefined) return undefined;
  const lacking = certificate === undefined ? 'WRIT_TLS_CERT' : 'WRIT_TLS_KEY';
  if (certificate === undefined || key === undefined) {
    throw badVariable(lacking, new MustBe('set too: certificate and key belong together'));
  }
  return { certificate, key };
}

function defaultStateDirectory(environment: Environment): string {
  if (process.geteuid?.() === 0) return '/var/lib/writ';
  const home = environment['HOME'] || userInfo().homedir;
  return join(environment['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'writ');
}
