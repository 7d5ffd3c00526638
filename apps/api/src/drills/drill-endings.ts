import {
  dueDrills,
  findDrill,
  lockTrust,
  recordEvents,
  type DrillRow,
  type ScopedDatabase,
} from '@writ/storage';
import type { Logger } from 'pino';
import type { TrustEnding } from '../revocations/end-trust.js';
import { inEveryOrganization } from '../service/in-every-organization.js';
import { repeatedly } from '../service/repeatedly.js';
import { takeAway } from './end-drill.js';

/** How often it is looked whether a drill's time is over (ms). */
const every = 60_000;

type Services = TrustEnding & { readonly store: ScopedDatabase };

/**
 * Ends drills when their time is over: those whose command was stopped before it could. Whoever takes the organization's turn first
 * ends one, and other processes find nothing. What cannot be done now is done the next time.
 * @returns stops it
 */
export function drillEndings(services: Services, log: Logger): () => Promise<void> {
  const failed = (error: unknown) => log.warn({ err: error }, 'ending drills was put off');
  return repeatedly({ work: () => endDrills(services), every, atOnce: true, failed });
}

/** Ends every drill whose time is over, one after the other. Rejects as the database and `publishKrl` do. */
export async function endDrills(services: Services): Promise<void> {
  const now = new Date(services.clock());
  const due = await inEveryOrganization(services.store, (tx) => dueDrills(tx, now));
  for (const drill of due) await endByItself(services, drill.organizationId, drill);
}

function endByItself(services: Services, organizationId: string, { id }: DrillRow): Promise<void> {
  return services.store.within([organizationId], async (tx) => {
    await lockTrust(tx, organizationId);
    const drill = await findDrill(tx, organizationId, id);
    if (drill === null) return;
    const certificates = await takeAway(tx, services, organizationId, drill, null);
    const subject = drill.name;
    const told = { organizationId, kind: 'drill.ended', actor: null, subject, requestId: null };
    await recordEvents(tx, [{ ...told, data: { byItself: true, certificates } }]);
  });
}
