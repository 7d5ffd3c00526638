import { encodeKrl } from '@writ/openssh/krl';
import {
  currentKrl,
  currentKrlVersion,
  databasePutBack,
  findKrl,
  findOrganization,
  type HighWater,
  type KrlRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { createHash } from 'node:crypto';
import { bounded } from '../bounded-map.js';
import { notFound } from '../refusal.js';
import { krlContents } from '../revocations/krl-contents.js';

/** A KRL as it is handed out. */
export interface PublishedKrl {
  readonly version: bigint;
  readonly bytes: Uint8Array;
  /** Hexadecimal SHA-256 of the bytes. */
  readonly sha256: string;
}

/** The KRLs of each organization. */
export interface KrlShelf {
  /**
   * Asks the database for the version alone, so that another process's revocation counts at once, and for the bytes
   * only when the version is new. Requests that wait share a question that begins after all of them: an answer is never
   * older than its request. A version is written down outside the database before anybody is handed it; where a later one than the
   * database holds was, it ends in `database_put_back`. Rejects as the database does.
   */
  current(organizationId: string): Promise<PublishedKrl>;
  /** One version, as it was published. Ends in `not_found` where it is not kept, and in what `current` ends in. */
  kept(organizationId: string, version: bigint): Promise<PublishedKrl>;
}

/** Keeps one KRL for each of the `capacity` organizations that were asked for last. */
export function krlShelf(
  store: ScopedDatabase,
  highWater: Pick<HighWater, 'publishedKrl' | 'raise'>,
  capacity = 1000,
): KrlShelf {
  const kept = bounded<string, PublishedKrl>(capacity);
  const running = new Map<string, Promise<PublishedKrl>>();
  const next = new Map<string, Promise<PublishedKrl>>();

  const read = (organizationId: string) =>
    store.within([organizationId], async (tx) => {
      const version = await currentKrlVersion(tx, organizationId);
      if (version === null) return noRevocations(await handleOf(tx, organizationId));
      const krl = kept.get(organizationId);
      if (krl?.version === version) return krl;
      const row = await currentKrl(tx, organizationId);
      if (row === null) return noRevocations(await handleOf(tx, organizationId));
      const found = published(row);
      kept.set(organizationId, found);
      return found;
    });

  const ask = async (organizationId: string): Promise<PublishedKrl> => {
    // Before the database is asked: what is published meanwhile is no older.
    const published = highWater.publishedKrl(organizationId) ?? 0n;
    const krl = await read(organizationId);
    if (krl.version < published) throw databasePutBack();
    // A full disk keeps no revocation from anybody; what could not be written is tried again.
    if (krl.version > published)
      await highWater
        .raise({ publishedKrls: new Map([[organizationId, krl.version]]) })
        .catch(() => undefined);
    return krl;
  };

  const begin = (organizationId: string): Promise<PublishedKrl> => {
    const question = ask(organizationId).finally(() => running.delete(organizationId));
    running.set(organizationId, question);
    return question;
  };

  const current = (organizationId: string): Promise<PublishedKrl> => {
    const earlier = running.get(organizationId);
    if (earlier === undefined) return begin(organizationId);
    const waiting = next.get(organizationId);
    if (waiting !== undefined) return waiting;
    const after = earlier
      .catch(() => undefined)
      .then(() => {
        next.delete(organizationId);
        return begin(organizationId);
      });
    next.set(organizationId, after);
    return after;
  };

  return {
    current,
    async kept(organizationId, version) {
      // First whether the database is to be believed: with it everything up to the current one has been written down.
      const newest = await current(organizationId);
      if (newest.version === version) return newest;
      if (newest.version < version) throw notFound('KRL');
      const row = await store.within([organizationId], (tx) => findKrl(tx, organizationId, version));
      if (row === null) throw notFound('KRL');
      return published(row);
    },
  };
}

function published({ version, bytes, sha256 }: KrlRow): PublishedKrl {
  return { version, bytes, sha256: hex(sha256) };
}

/** Those that were asked for last: it is the same for ever. */
const withoutRevocations = bounded<string, PublishedKrl>(1_000);

/**
 * What an organization publishes before it has revoked anything: the canary alone. An empty file would not do, sshd would
 * allow all.
 */
export function noRevocations(organizationHandle: string): PublishedKrl {
  const krl = withoutRevocations.get(organizationHandle) ?? makeWithoutRevocations(organizationHandle);
  withoutRevocations.set(organizationHandle, krl);
  return krl;
}

function makeWithoutRevocations(organizationHandle: string): PublishedKrl {
  const live = { serials: [], keys: [] };
  const head = { organizationHandle, version: 0n, generatedAt: 0n };
  const bytes = encodeKrl(krlContents(head, live, []));
  return { version: 0n, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function handleOf(tx: Transaction, organizationId: string): Promise<string> {
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw notFound('organization');
  return organization.handle;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
