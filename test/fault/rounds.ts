import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../fuzz/random.js';
import { makeInstallation } from '../service/installation.js';
import { firstPerson, signIn, type Person } from '../service/person.js';
import { gone, signal } from '../service/processes.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { startClients, type Keyed } from './clients.js';
import { missingFrom } from './in-database.js';
import { Received } from './received.js';

/** Who is killed with -9: the API, its PostgreSQL, one of PostgreSQL's own processes, or API and PostgreSQL at once. */
export const victims = ['api', 'postgres', 'one process of postgres', 'api and postgres'] as const;
export type Victim = (typeof victims)[number];

export interface RoundReport {
  readonly round: number;
  readonly victim: Victim;
  /** When, after the clients began, it was killed (ms). */
  readonly after: number;
  /** How long it took to be ready again (ms). */
  readonly recovery: number;
  readonly received: number;
}

export interface FaultReport {
  readonly rounds: number;
  readonly received: number;
  /** What must not have happened; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface FaultOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly clients?: number;
  readonly tell?: (round: RoundReport) => void;
}

/**
 * Kills parts of a service under load at random moments and lets it come back. Afterwards every certificate that a
 * client received is in the database, and no serial was given out twice.
 */
export async function runRounds({ rounds, seed, clients = 16, tell }: FaultOptions): Promise<FaultReport> {
  const random = new SeededRandom(seed);
  const received = new Received();
  const keyed: Keyed = new Map();
  const installation = await makeInstallation();
  let service = await startService(installation);
  try {
    await service.ready();
    const who = await firstPerson(service.url);
    for (let round = 1; round <= rounds; round++) {
      // Everybody's turn comes; in which order, and when, is random.
      const victim = round % victims.length === 1 ? 'api' : random.pick(victims);
      const person: Person = { ...who, ...(await signIn(service.url)) };
      const load = startClients(service.url, person, clients, received, keyed);
      try {
        const after = 20 + random.below(600);
        await delay(after);
        const struck = Date.now();
        service = await strike(service, victim, random, () =>
          startService(installation, { port: service.port }),
        );
        await answersAgain(service, load.received);
        tell?.({ round, victim, after, recovery: Date.now() - struck, received: load.received() });
      } finally {
        await load.stop();
      }
      received.wrong.push(...(await missingFrom(installation, received.all(), keyed)));
      if (received.wrong.length > 0) {
        received.wrong.push(...unforeseen(service));
        break;
      }
    }
    const status = await service.stop();
    if (status !== 0) received.wrong.push(`the service ended with status ${status} when asked to stop`);
  } catch (error) {
    received.wrong.push(`${service.log().slice(-4_000)}\n${String(error)}`);
  } finally {
    await service.kill();
    await installation.remove();
  }
  return { rounds, received: received.count, wrong: [...new Set(received.wrong)] };
}

/** Kills; a dead API is started again, everything else comes back by itself. Resolves with the service that runs now. */
export async function strike(
  service: ServiceProcess,
  victim: Victim,
  random: SeededRandom,
  again: () => Promise<ServiceProcess>,
): Promise<ServiceProcess> {
  const postmaster = service.postmaster();
  const processes = service.backends();
  if (victim === 'one process of postgres') signal(random.pick(processes), 'SIGKILL');
  if (victim === 'postgres' || victim === 'api and postgres') signal(postmaster, 'SIGKILL');
  if (victim === 'postgres') await gone(postmaster);
  if (victim !== 'api' && victim !== 'api and postgres') return service;
  await service.kill();
  return again();
}

/** Resolves when the service is ready and has handed out certificates since. */
async function answersAgain(service: ServiceProcess, received: () => number): Promise<void> {
  await service.ready();
  const before = received();
  const deadline = Date.now() + 30_000;
  while (received() < before + 20) {
    if (Date.now() > deadline) throw new Error('ready again, but hands out no certificates');
    await delay(10);
  }
}

/** What the service said of errors that nobody foresaw. */
export function unforeseen(service: ServiceProcess): string[] {
  return service
    .log()
    .split('\n')
    .filter((line) => line.includes('request failed') && !line.includes('"storage_'));
}
