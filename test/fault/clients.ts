import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { issueRequest, type Person } from '../service/person.js';
import type { Received, ReceivedCertificate } from './received.js';

/** What came of one request. */
export type Answer =
  | { readonly status: number; readonly code: string | null; readonly certificate: string | null }
  /** The connection ended, or there was none. */
  | { readonly status: null };

/** No request may take longer than this, whatever happens to the service (ms). */
const longest = 45_000;

/** Asks once for a certificate. */
export async function ask(url: string, who: Person, idempotencyKey?: string): Promise<Answer> {
  const { path, body } = issueRequest(who);
  try {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${who.accessToken}`,
        'content-type': 'application/json',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(longest),
    });
    const said = (await answer.json()) as { readonly certificate?: string; readonly code?: string };
    return { status: answer.status, code: said.code ?? null, certificate: said.certificate ?? null };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw error;
    return { status: null };
  }
}

/** What keyed requests were answered: one key, one certificate. */
export type Keyed = Map<string, ReceivedCertificate>;

export interface Clients {
  /** How many certificates were received since the start. */
  readonly received: () => number;
  /** Lets what is under way end. */
  stop(): Promise<void>;
}

/**
 * Clients that ask for one certificate after the other until they are stopped, through faults and restarts. Every
 * second request has an Idempotency-Key and is repeated with it until it is answered.
 * What they are given goes into `received`; an answer that no fault excuses goes into its `wrong`.
 */
export function startClients(
  url: string,
  who: Person,
  count: number,
  received: Received,
  keyed: Keyed,
): Clients {
  let stopped = false;
  let given = 0;
  const once = async (key: string | undefined): Promise<boolean> => {
    const answer = await ask(url, who, key);
    if (answer.status === null) return false;
    if (answer.status === 201 && answer.certificate !== null) {
      given += 1;
      const certificate = received.add(answer.certificate);
      if (key !== undefined) keyed.set(key, certificate);
      return true;
    }
    if (answer.status === 503 && answer.code !== null && answer.certificate === null) return false;
    received.wrong.push(`answered ${answer.status} ${answer.code ?? ''}`);
    return true;
  };
  const client = async (): Promise<void> => {
    for (let turn = 0; !stopped; turn++) {
      const key = turn % 2 === 0 ? undefined : randomUUID();
      while (!(await once(key)) && !stopped) await delay(20);
    }
  };
  const all = Promise.all(
    Array.from({ length: count }, () =>
      client().catch(
        (error: unknown) => void received.wrong.push(`a request was never answered: ${String(error)}`),
      ),
    ),
  );
  return {
    received: () => given,
    async stop() {
      stopped = true;
      await all;
    },
  };
}
