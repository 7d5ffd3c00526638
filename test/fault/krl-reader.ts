import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeKrl } from '@writ/openssh/krl';

export interface KrlReader {
  readonly wrong: readonly string[];
  readonly newest: () => bigint;
  /** Lets what is under way end. */
  stop(): Promise<void>;
}

/** Fetches the organization's KRL again and again: its version never falls, and no version is ever two different KRLs. */
export function readKrls(url: string, organization: string): KrlReader {
  const digests = new Map<bigint, string>();
  const wrong: string[] = [];
  let newest = 0n;
  let stopped = false;
  const once = async (): Promise<void> => {
    const answer = await fetch(`${url}/v1/organizations/${organization}/krl`).catch(() => null);
    if (answer?.ok !== true) return;
    const bytes = await answer.arrayBuffer().then(
      (body) => new Uint8Array(body),
      () => null,
    );
    if (bytes === null) return;
    const { version } = decodeKrl(bytes);
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (version < newest) wrong.push(`KRL ${version} was served after ${newest}`);
    if ((digests.get(version) ?? digest) !== digest) wrong.push(`there are two KRLs of version ${version}`);
    digests.set(version, digest);
    newest = version;
  };
  const all = (async () => {
    while (!stopped) {
      await once();
      await delay(5);
    }
  })();
  return {
    wrong,
    newest: () => newest,
    async stop() {
      stopped = true;
      await all;
    },
  };
}
