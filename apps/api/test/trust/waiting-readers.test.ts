import { isCodedError } from '@writ/kernel';
import type { PublishedKrl } from '../../src/trust/published-krl.js';
import { WaitingReaders } from '../../src/trust/waiting-readers.js';

const long = 60_000;
const krlOf = (version: bigint): PublishedKrl => ({
  version,
  bytes: new Uint8Array(),
  sha256: `krl ${version}`,
});

/** Each organization's KRL, and who waits for the next one. */
class Library {
  readonly versions = new Map<string, bigint>();
  fails: Error | null = null;
  /** What happens while the database is asked. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  readonly readers = new WaitingReaders(
    {
      current: async (organization) => {
        const krl = krlOf(this.versions.get(organization) ?? 1n);
        await this.meanwhile();
        if (this.fails !== null) throw this.fails;
        return krl;
      },
    },
    { requests: 3, requestsPerSource: 2 },
  );

  publish(organization: string, version: bigint, told = true): void {
    this.versions.set(organization, version);
    if (told) this.readers.changed({ kind: 'krl', organizationId: organization });
  }

  /** Somebody who holds that version asks; resolves with the version that they get, or the code. */
  ask(has: bigint, { waitMs = long, source = '192.0.2.1', organization = 'acme' } = {}) {
    let leave = (): void => undefined;
    let begun = (): void => undefined;
    const waits = new Promise<void>((resolve) => (begun = resolve));
    const got = this.readers
      .current(organization, {
        waitMs,
        source,
        holds: ({ version }) => version === has,
        onWait: (end) => {
          leave = end;
          begun();
        },
      })
      .then(
        ({ version }) => version,
        (error: unknown) => (isCodedError(error) ? error.code : String(error)),
      );
    return { got, waits, leave: () => leave() };
  }

  /** As `ask`, once the wait has begun. */
  async waiting(...asked: Parameters<Library['ask']>) {
    const one = this.ask(...asked);
    await one.waits;
    return one;
  }
}

let library: Library;
beforeEach(() => (library = new Library()));

it('are told at once what they do not have', async () => {
  expect(await library.ask(0n).got).toBe(1n);
});

it('are woken by the next KRL of their organization, and by no other', async () => {
  const [acme, globex] = [await library.waiting(1n), await library.waiting(1n, { organization: 'globex' })];
  let told = false;
  void globex.got.then(() => (told = true));
  library.publish('acme', 2n);
  expect(await acme.got).toBe(2n);
  expect(told).toBe(false);
  library.publish('globex', 2n);
  expect(await globex.got).toBe(2n);
});

it('look again where anything may have changed, and wait on where nothing has', async () => {
  const one = await library.waiting(1n);
  library.readers.changed({ kind: 'anything' });
  library.readers.changed({ kind: 'statements', organizationId: 'acme' });
  library.publish('acme', 2n, false);
  library.readers.changed({ kind: 'anything' });
  expect(await one.got).toBe(2n);
});

it('miss none that is published while they ask', async () => {
  library.meanwhile = () => {
    library.meanwhile = () => Promise.resolve();
    library.publish('acme', 2n);
    return Promise.resolve();
  };
  expect(await library.ask(1n).got).toBe(2n);
});

it('get what they have when their time is over, or the newest though nobody said so', async () => {
  expect(await library.ask(1n, { waitMs: 1 }).got).toBe(1n);
  const one = await library.waiting(1n, { waitMs: 1 });
  library.publish('acme', 2n, false);
  expect(await one.got).toBe(2n);
});

it('are few from one address, and altogether; who leaves makes room', async () => {
  const [first, second] = [await library.waiting(1n), await library.waiting(1n)];
  expect(await library.ask(1n).got).toBe('too_many_requests');
  // What needs no wait is answered all the same.
  expect(await library.ask(0n).got).toBe(1n);
  const third = await library.waiting(1n, { source: '192.0.2.2' });
  expect(await library.ask(1n, { source: '192.0.2.3' }).got).toBe('overloaded');
  first.leave();
  first.leave();
  expect(await first.got).toBe(1n);
  const fourth = await library.waiting(1n, { source: '192.0.2.3' });
  library.publish('acme', 2n);
  expect(await Promise.all([second, third, fourth].map(({ got }) => got))).toEqual([2n, 2n, 2n]);
});

it('learn that it cannot be told', async () => {
  const one = await library.waiting(1n);
  library.fails = new Error('no database');
  library.publish('acme', 2n);
  expect(await one.got).toContain('no database');
  library.fails = null;
  expect(await (await library.waiting(2n, { waitMs: 1 })).got).toBe(2n);
});

it('are sent away when the service stops', async () => {
  const one = await library.waiting(1n);
  library.readers.close();
  expect(await one.got).toBe('shutting_down');
  expect(await library.ask(1n).got).toBe('shutting_down');
});
