export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes one line for the service's log; `details` are JSON-safe and never secret. */
export type Log = (level: LogLevel, message: string, details?: Readonly<Record<string, unknown>>) => void;

export const silent: Log = () => undefined;
