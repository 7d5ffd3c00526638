import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { firstOf } from '../src/first-of.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('the first of several signals', () => {
  it('ends with a timeout that nobody else holds, also after garbage is collected', async () => {
    const first = firstOf(AbortSignal.timeout(200), new AbortController().signal);
    collect();
    // Keeps the process, as the timeout does not.
    const alive = setInterval(collect, 20);
    await once(first, 'abort');
    clearInterval(alive);
    expect(first.reason).toMatchObject({ name: 'TimeoutError' });
  }, 5_000);

  it('ends at once where one has ended, with its reason', () => {
    expect(firstOf(new AbortController().signal, AbortSignal.abort('gone')).reason).toBe('gone');
    const one = new AbortController();
    const first = firstOf(one.signal);
    expect(first.aborted).toBe(false);
    one.abort('now');
    expect(first.reason).toBe('now');
  });
});
