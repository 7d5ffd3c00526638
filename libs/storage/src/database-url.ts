import { CodedError } from '@writ/kernel';
import type { ClientConfig } from 'pg';
import type { DatabaseLogin } from './credentials.js';
import type { StorageErrorCode } from './errors.js';

/** Reads WRIT_DATABASE_URL, `postgresql://user:password@host:port/database?…`. Ends in `database_url_invalid`. */
export function parseDatabaseUrl(text: string): URL {
  // `user:password@/database?host=/socket/directory` is common and no URL: an unused host makes it one.
  const spelled = text.replace('@/', '@localhost/');
  const url = URL.canParse(spelled) ? new URL(spelled) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new CodedError<StorageErrorCode>(
      'database_url_invalid',
      'WRIT_DATABASE_URL is no address of the form postgresql://user:password@host:port/database.',
    );
  }
  return url;
}

/** The same address as another role. */
export function connectionAs(url: URL, { name, password }: DatabaseLogin): ClientConfig {
  const changed = new URL(url);
  // An address without a host (a Unix socket named by ?host=) cannot carry a user name; `host` wins over this one.
  if (changed.hostname === '') changed.hostname = 'localhost';
  for (const parameter of ['user', 'password']) changed.searchParams.delete(parameter);
  changed.username = name;
  changed.password = password;
  return { connectionString: changed.href };
}
