import { z } from 'zod';
import { Enforcement } from '../resources/enforcement.js';
import { EnforcementState, PageQuery } from '../values.js';
import { oneKrl, org, route } from './parts.js';

export const enforcementRoutes = {
  enforcement: route({
    id: 'enforcement',
    method: 'GET',
    path: `${org}/krl/:version/enforcement`,
    summary: 'Which hosts have proved that they enforce a KRL version or a later one, and which have not',
    access: 'host.read',
    params: oneKrl,
    query: z.strictObject({ ...PageQuery, state: EnforcementState.optional() }),
    response: Enforcement,
    problems: ['cursor_invalid'],
  }),
  enforcementStream: route({
    id: 'enforcementStream',
    method: 'GET',
    path: `${org}/krl/:version/enforcement/stream`,
    summary: 'How many hosts enforce a KRL version, again with each change, as server-sent events',
    access: 'host.read',
    params: oneKrl,
    response: {
      mediaType: 'text/event-stream',
      description: 'events `enforcement`, the data of each an EnforcementTotals',
    },
  }),
} as const;
