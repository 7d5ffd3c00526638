import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { CodedError } from '@writ/kernel';
import { EnforcementStreams } from '../../src/enforcement/enforcement-streams.js';

/** An organization's hosts, of which some enforce what is asked about. */
class Fleet {
  enforced = 0;
  counted = 0;
  fails: Error | null = null;
  readonly streams: EnforcementStreams;

  constructor(times: { readonly beat?: number; readonly life?: number } = {}) {
    const totals = (_: string, krlVersion: string) => {
      this.counted += 1;
      if (this.fails !== null) return Promise.reject(this.fails);
      const { enforced } = this;
      const at = new Date(this.counted).toISOString();
      return Promise.resolve({
        krlVersion,
        at,
        hosts: 9,
        enforced,
        behind: 9 - enforced,
        silent: 0,
        never: 0,
        cut: null,
        sessionsEnded: 0,
        unknownSessions: 0,
      });
    };
    this.streams = new EnforcementStreams({ totals }, { together: 1, beat: 60_000, life: 60_000, ...times });
  }

  changed(kind: 'krl' | 'statements' | 'bundles' = 'statements', organizationId = 'acme'): void {
    this.streams.changed({ kind, organizationId });
  }
}

/** What comes next out of a stream. */
async function next(stream: Readable): Promise<string> {
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) return chunk.toString();
    await once(stream, 'readable');
  }
}
const unread = new WeakMap<Readable, string[]>();
/** How many enforce it, as the next event says. */
async function told(stream: Readable): Promise<number> {
  const events = unread.get(stream) ?? [];
  unread.set(stream, events);
  if (events.length === 0) events.push(...(await next(stream)).split(/(?<=\n\n)/));
  const [, data = ''] = /^event: enforcement\ndata: (.*)\n\n$/.exec(events.shift() ?? '') ?? [];
  return (JSON.parse(data) as { enforced: number }).enforced;
}
/** A turn in which everything that waits for nothing else is done. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

describe('whoever follows the enforcement of a KRL', () => {
  it('is told how it is now, and each time that it changes', async () => {
    const fleet = new Fleet();
    const stream = await fleet.streams.open('acme', '7');
    expect(await told(stream)).toBe(0);
    fleet.enforced = 3;
    fleet.changed();
    expect(await told(stream)).toBe(3);
    fleet.streams.close();
  });

  it('costs a few counts however many hosts speak and however many follow', async () => {
    const fleet = new Fleet();
    const streams = await Promise.all(Array.from({ length: 50 }, () => fleet.streams.open('acme', '7')));
    for (const stream of streams) expect(await told(stream)).toBe(0);
    await settled();
    const before = fleet.counted;
    fleet.enforced = 9;
    for (let n = 0; n < 10_000; n++) fleet.changed();
    for (const stream of streams) expect(await told(stream)).toBe(9);
    await settled();
    expect(fleet.counted - before).toBeLessThanOrEqual(2);
    fleet.streams.close();
  });

  it('is asked nothing for what concerns others, or only bundles', async () => {
    const fleet = new Fleet();
    const stream = await fleet.streams.open('acme', '7');
    await told(stream);
    await settled();
    const before = fleet.counted;
    fleet.changed('bundles');
    fleet.changed('statements', 'globex');
    expect(fleet.counted).toBe(before);
    fleet.changed('krl');
    expect(fleet.counted).toBe(before + 1);
    fleet.streams.close();
  });

  it('hears what happened while they were being let in', async () => {
    const fleet = new Fleet();
    const opening = fleet.streams.open('acme', '7');
    fleet.enforced = 2;
    const stream = await opening;
    expect([await told(stream), await told(stream)]).toEqual([0, 2]);
    fleet.streams.close();
  });

  it('hears of hosts that fell silent, and else that the connection lives', async () => {
    const fleet = new Fleet({ beat: 5 });
    const stream = await fleet.streams.open('acme', '7');
    await told(stream);
    expect(await next(stream)).toMatch(/^(:\n\n)+$/);
    fleet.enforced = 1;
    for (let text = ''; !text.includes('"enforced":1'); text = await next(stream))
      expect(text).not.toContain('9,"enforced":9');
    fleet.streams.close();
  });

  it('is told later what could not be counted at once', async () => {
    const fleet = new Fleet();
    const stream = await fleet.streams.open('acme', '7');
    await told(stream);
    await settled();
    fleet.fails = new Error('the database is away');
    fleet.enforced = 4;
    fleet.changed();
    await settled();
    fleet.fails = null;
    fleet.changed();
    expect(await told(stream)).toBe(4);
    fleet.streams.close();
  });

  it('is refused what cannot be counted, and when there are too many', async () => {
    const fleet = new Fleet();
    fleet.fails = new CodedError('not_found', 'There is no such KRL.');
    await expect(fleet.streams.open('acme', '8')).rejects.toMatchObject({ code: 'not_found' });
    fleet.fails = null;
    for (let n = 0; n < 100; n++) await fleet.streams.open('acme', String(n % 7));
    await expect(fleet.streams.open('acme', '7')).rejects.toMatchObject({ code: 'too_many_requests' });
    await fleet.streams.open('globex', '7');
    fleet.streams.close();
  });

  it('is ended when the service stops, and nobody begins any more', async () => {
    const fleet = new Fleet();
    const stream = await fleet.streams.open('acme', '7');
    const ended = once(stream, 'end');
    stream.resume();
    fleet.streams.close();
    await ended;
    await expect(fleet.streams.open('acme', '7')).rejects.toMatchObject({ code: 'shutting_down' });
  });

  it('is ended after a while, so that it is asked again who they are', async () => {
    const fleet = new Fleet({ life: 5 });
    const stream = await fleet.streams.open('acme', '7');
    stream.resume();
    await once(stream, 'end');
    const before = fleet.counted;
    fleet.changed();
    expect(fleet.counted).toBe(before);
  });

  it('leaves nothing behind when they go, and is not waited for when they do not read', async () => {
    const fleet = new Fleet();
    const stream = await fleet.streams.open('acme', '7');
    stream.destroy();
    await settled();
    const before = fleet.counted;
    fleet.changed();
    expect(fleet.counted).toBe(before);
    const deaf = await fleet.streams.open('acme', '7');
    for (let n = 0; n < 2_000 && !deaf.destroyed; n++) {
      fleet.enforced = n % 9;
      fleet.changed();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(deaf.destroyed).toBe(true);
  });
});
