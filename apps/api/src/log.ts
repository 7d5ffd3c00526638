import { pino, type Logger } from 'pino';
import type { Config } from './config/config.js';

/** Fields that never reach the log, at the top of what is logged or one level down, whoever put them there. */
const secret = [
  'authorization',
  'password',
  'currentPassword',
  'newPassword',
  'passwordHash',
  'accessToken',
  'refreshToken',
  'deviceToken',
  'invitation',
  'secret',
  'tokenKey',
  'privateKey',
  'cookie',
];

/** What a token of ours looks like inside other text. */
const tokens = /\bwrit_[adir]\.[A-Za-z0-9._-]+/g;

/** Text without tokens. */
export function withoutTokens(text: string): string {
  return text.replace(tokens, 'writ_…');
}

/**
 * The service's log: a JSON object per line on standard output, written in batches.
 * @param write takes the lines instead, where they are not to go to standard output
 */
export function makeLog(level: Config['logLevel'], write?: (line: string) => void): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), censor: '(redacted)' },
      serializers: { err: describeError },
    },
    write === undefined ? batched() : { write },
  );
}

/** Standard output in pieces of a few kilobytes, each written at the latest a moment after its first line; all at exit. */
function batched() {
  const destination = pino.destination({ fd: 1, sync: false, minLength: 4_096 });
  setInterval(() => destination.flush(), 100).unref();
  return destination;
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: withoutTokens(String(error)) };
  return {
    name: error.name,
    message: withoutTokens(error.message),
    stack: withoutTokens(error.stack ?? ''),
    ...('code' in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
