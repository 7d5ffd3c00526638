import { randomBytes } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import type { ScopedDatabase } from './scope.js';

const channel = 'writ_changes';

/** What may have changed: all of an organization's bundles, one host's, an organization's KRL, what its hosts have proved; or who knows what. */
export type Change =
  | { readonly kind: 'bundles'; readonly organizationId: string }
  | { readonly kind: 'krl'; readonly organizationId: string }
  | { readonly kind: 'statements'; readonly organizationId: string }
  | { readonly kind: 'host'; readonly organizationId: string; readonly hostId: string }
  | { readonly kind: 'anything' };

/** What is heard: a change; or that every process holds back from now on. */
export type Heard = Change | { readonly kind: 'held' };

/** Hears what transactions of every process changed, when they have committed (migration 20261126060000). */
export interface Changes {
  /** Whether a change that commits now would be heard. */
  readonly hears: () => boolean;
  readonly close: () => Promise<void>;
}

export interface ChangesOptions {
  /** How to connect: as the service's role. */
  readonly connection: ClientConfig;
  /** Says something over connections other than the one that listens. */
  readonly store: ScopedDatabase;
  readonly onChange: (change: Heard) => void;
  /** How soon a lost connection is made again (ms). */
  readonly pauseMs?: number;
  /** How often it is tried whether anything is heard at all (ms). */
  readonly beatMs?: number;
}

/**
 * Listens over a connection of its own, which is made again when it is lost; then it says 'anything'. A connection that lives
 * and hears nothing (a pooler that hands transactions around, a network that swallows packets) is found by a beat: something
 * that is said over the other connections has to be heard. As long as it is not, `hears` is false, each beat says
 * 'anything', and whoever waits lives by that.
 */
export function followChanges({
  connection,
  store,
  onChange,
  pauseMs = 1_000,
  beatMs = 15_000,
}: ChangesOptions): Changes {
  const own = randomBytes(9).toString('base64url');
  let closed = false;
  let current: Client | undefined;
  let hears = false;
  let unheard = false;
  let timer: NodeJS.Timeout | undefined;

  const heard = (text: string | undefined): void => {
    const change = parse(text ?? '');
    if (change !== undefined) onChange(change);
    if (text !== `beat ${own}`) return;
    unheard = false;
    if (hears) return;
    hears = true;
    onChange({ kind: 'anything' });
  };
  const say = async (): Promise<void> => {
    unheard = true;
    await store.unscoped((tx) => tx.$executeRaw`select pg_notify(${channel}, ${`beat ${own}`})`);
  };
  const lost = (): void => {
    current = undefined;
    hears = false;
    if (closed) return;
    timer = setTimeout(() => void listen().catch(lost), pauseMs);
    timer.unref();
  };
  const listen = async (): Promise<void> => {
    const client = new Client({
      ...connection,
      application_name: 'writ changes',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    // What breaks a connection ends it, which is what counts.
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => heard(payload));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (closed) return client.end();
    current = client;
    client.once('end', lost);
    await say().catch(() => undefined);
  };

  const beat = setInterval(() => {
    if (unheard) {
      hears = false;
      onChange({ kind: 'anything' });
    }
    if (current !== undefined) void say().catch(() => undefined);
  }, beatMs);
  beat.unref();
  void listen().catch(lost);
  return {
    hears: () => hears,
    async close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(beat);
      await current?.end().catch(() => undefined);
    },
  };
}

function parse(text: string): Heard | undefined {
  if (text === 'held') return { kind: 'held' };
  const [kind, organizationId, hostId] = text.split(' ');
  if (organizationId === undefined) return undefined;
  if (kind === 'bundles' || kind === 'krl' || kind === 'statements') return { kind, organizationId };
  return kind === 'host' && hostId !== undefined ? { kind, organizationId, hostId } : undefined;
}
