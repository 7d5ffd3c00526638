import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Home } from '../src/postgres/home.js';
import type { Server } from '../src/postgres/server.js';
import { childTitles } from '../src/postgres/process-table.js';
import { takeSession } from '../src/postgres/session.js';

/** A process that takes no connections and has one child, which calls itself so. */
async function living(title: string): Promise<ChildProcess> {
  const script = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', '${title}'], { stdio: 'ignore' }).on('spawn', () => console.log('.'))`;
  const child = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

describe('a server that takes no connections', () => {
  let child: ChildProcess;
  const take = (signal: AbortSignal): Promise<unknown> => {
    const server: Server = {
      pid: child.pid,
      exited: new Promise(() => undefined),
      lastWords: () => 'FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device',
      signal: () => undefined,
      stop: () => Promise.resolve(),
    };
    const home = { dataDirectory: '/nowhere', socketDirectory: '/nowhere' } as Home;
    return takeSession(server, home, { name: 'x', password: 'x' }, signal);
  };
  afterEach(() => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')));

  it('is given up where nothing in it starts up, with what it said last', async () => {
    child = await living('postgres: checkpointer');
    await expect(take(new AbortController().signal)).rejects.toMatchObject({
      code: 'storage_full',
      details: { exit: 'stuck' },
    });
  }, 30_000);

  it('is waited for while something does', async () => {
    child = await living('postgres: startup recovering 000000010000000000000002');
    expect(childTitles(child.pid ?? 0)).toEqual([expect.stringContaining('startup recovering')]);
    const longer = AbortSignal.timeout(8_000);
    await expect(take(longer)).rejects.toMatchObject({ name: 'TimeoutError' });
  }, 30_000);
});
