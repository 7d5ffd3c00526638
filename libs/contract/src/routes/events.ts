import { z } from 'zod';
import { Event } from '../resources/events.js';
import { ActorName, Line, PageQuery, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const eventRoutes = {
  listEvents: route({
    id: 'listEvents',
    method: 'GET',
    path: `${org}/events`,
    summary: 'What happened, oldest first after the cursor, or newest first',
    access: 'event.read',
    params: inOrganization,
    query: z.strictObject({
      ...PageQuery,
      order: z.enum(['oldest', 'newest']).default('newest'),
      kind: Line.max(64).optional(),
      actor: ActorName.optional(),
      subject: Line.max(255).optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
    }),
    /** `next` is never null with order=oldest: it is where following goes on. */
    response: pageOf(Event),
    problems: ['cursor_invalid'],
  }),
} as const;
