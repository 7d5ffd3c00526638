import { accessRoutes } from './routes/access.js';
import { administrativeRoleRoutes } from './routes/administrative-roles.js';
import { authorityRoutes } from './routes/authorities.js';
import { bundleKeyRoutes } from './routes/bundle-keys.js';
import { certificateRoutes } from './routes/certificates.js';
import { delegationRoutes } from './routes/delegations.js';
import { drillRoutes } from './routes/drills.js';
import { enforcementRoutes } from './routes/enforcement.js';
import { eventRoutes } from './routes/events.js';
import { groupRoutes } from './routes/groups.js';
import { hostProtocolRoutes } from './routes/host-protocol.js';
import { hostSessionRoutes } from './routes/host-sessions.js';
import { hostRoutes } from './routes/hosts.js';
import { joinTokenRoutes } from './routes/join-tokens.js';
import { keyRoutes } from './routes/keys.js';
import { lockRoutes } from './routes/locks.js';
import { organizationRoutes } from './routes/organizations.js';
import { revocationRoutes } from './routes/revocations.js';
import { roleRoutes } from './routes/roles.js';
import { secondFactorRoutes } from './routes/second-factor.js';
import { serviceAccountRoutes } from './routes/service-accounts.js';
import { sessionRoutes } from './routes/sessions.js';
import { trustRoutes } from './routes/trust.js';
import { userRoutes } from './routes/users.js';

/** Every route of the service, in the order in which the OpenAPI document lists them. */
export const routes = {
  ...sessionRoutes,
  ...accessRoutes,
  ...secondFactorRoutes,
  ...organizationRoutes,
  ...userRoutes,
  ...serviceAccountRoutes,
  ...administrativeRoleRoutes,
  ...roleRoutes,
  ...groupRoutes,
  ...delegationRoutes,
  ...keyRoutes,
  ...certificateRoutes,
  ...revocationRoutes,
  ...lockRoutes,
  ...drillRoutes,
  ...joinTokenRoutes,
  ...hostRoutes,
  ...hostProtocolRoutes,
  ...hostSessionRoutes,
  ...bundleKeyRoutes,
  ...authorityRoutes,
  ...eventRoutes,
  ...enforcementRoutes,
  ...trustRoutes,
} as const;

export type Routes = typeof routes;
export type RouteId = keyof Routes;
