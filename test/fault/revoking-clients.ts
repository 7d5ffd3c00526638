import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseCertificateLine } from '@writ/openssh/certificate';
import type { Person } from '../service/person.js';
import { ask } from './clients.js';

/** A certificate that a client was told is revoked, and which KRL says so. */
export interface Revoked {
  /** 'user:<serial>' */
  readonly id: string;
  readonly krlVersion: bigint;
}

export interface RevokingClients {
  /** What was answered so far. */
  readonly revoked: () => readonly Revoked[];
  /** Certificates (ids) of which it was asked that they be revoked, answered or not. */
  readonly asked: () => ReadonlySet<string>;
  readonly wrong: readonly string[];
  /** Lets what is under way end. */
  stop(): Promise<void>;
}

/** No request may take longer than this, whatever happens to the service (ms). */
const longest = 45_000;

/**
 * Clients that have a certificate issued and revoke it, one after the other, through faults and restarts: a revocation is repeated under
 * its Idempotency-Key until it is answered.
 */
export function startRevoking(url: string, who: Person, count: number): RevokingClients {
  const revoked: Revoked[] = [];
  const asked = new Set<string>();
  const wrong: string[] = [];
  let stopped = false;
  const once = async (id: string, key: string): Promise<boolean> => {
    const answer = await post(url, who, key, { certificates: [id], reason: 'fault' });
    if (answer === null) return false;
    const { status, body } = answer;
    if (status === 201 && body.krlVersion !== undefined) {
      if (body.alreadyRevoked === true)
        wrong.push(`${id} was revoked before its only revocation was answered`);
      revoked.push({ id, krlVersion: BigInt(body.krlVersion) });
      return true;
    }
    if (status === 503) return false;
    wrong.push(`revoking ${id} was answered ${status} ${body.code ?? ''}`);
    return true;
  };
  const client = async (): Promise<void> => {
    while (!stopped) {
      const answer = await ask(url, who);
      const certificate = answer.status === null ? null : answer.certificate;
      if (certificate === null) {
        await delay(20);
        continue;
      }
      const id = `user:${parseCertificateLine(certificate).certificate.serial}`;
      const key = randomUUID();
      asked.add(id);
      while (!(await once(id, key)) && !stopped) await delay(20);
    }
  };
  const all = Promise.all(Array.from({ length: count }, client));
  return {
    revoked: () => revoked,
    asked: () => asked,
    wrong,
    async stop() {
      stopped = true;
      await all;
    },
  };
}

interface Said {
  readonly krlVersion?: string;
  readonly alreadyRevoked?: boolean;
  readonly code?: string;
}

/** Null: the connection ended, or there was none. */
async function post(
  url: string,
  { organization, accessToken }: Person,
  key: string,
  body: unknown,
): Promise<{ readonly status: number; readonly body: Said } | null> {
  try {
    const answer = await fetch(`${url}/v1/organizations/${organization}/revocations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(longest),
    });
    return { status: answer.status, body: (await answer.json()) as Said };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw error;
    return null;
  }
}
