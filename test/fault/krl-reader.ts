import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeKrl } from '@writ/openssh/krl';

export interface KrlReader {
  readonly wrong: readonly string[];
  /** How many different versions were seen. */
  readonly versions: () => number;
  /** Lets what is under way end. */
  stop(): Promise<void>;
}

/**
 * Fetches the organization's KRL again and again, from each of the API processes: its version never falls in any of them, and no version
 * is ever two different KRLs, whoever serves it.
 */
export function readKrls(urls: readonly string[], organization: string): KrlReader {
  const digests = new Map<bigint, string>();
  const seen = new Map<string, bigint>();
  const wrong: string[] = [];
  let stopped = false;
  const once = async (url: string): Promise<void> => {
    const answer = await fetch(`${url}/v1/organizations/${organization}/krl`).catch(() => null);
    if (answer?.ok !== true) return;
    const bytes = await answer.arrayBuffer().then(
      (body) => new Uint8Array(body),
      () => null,
    );
    if (bytes === null) return;
    const { version } = decodeKrl(bytes);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const newest = seen.get(url) ?? 0n;
    if (version < newest) wrong.push(`KRL ${version} was served after ${newest}`);
    if ((digests.get(version) ?? digest) !== digest) wrong.push(`there are two KRLs of version ${version}`);
    digests.set(version, digest);
    seen.set(url, version);
  };
  const reading = async (url: string): Promise<void> => {
    while (!stopped) {
      await once(url);
      await delay(5);
    }
  };
  const all = Promise.all(urls.map(reading));
  return {
    wrong,
    versions: () => digests.size,
    async stop() {
      stopped = true;
      await all;
    },
  };
}
