import type { Type } from '@nestjs/common';
import { AccessController } from './access/access.controller.js';
import { AdministrativeRolesController } from './administrative-roles/administrative-roles.controller.js';
import { AuthoritiesController } from './authorities/authorities.controller.js';
import { CertificatesController } from './certificates/certificates.controller.js';
import { DelegationsController } from './delegations/delegations.controller.js';
import { DrillsController } from './drills/drills.controller.js';
import { EnforcementController } from './enforcement/enforcement.controller.js';
import { EventsController } from './events/events.controller.js';
import { GroupsController } from './groups/groups.controller.js';
import { HostsController } from './hosts/hosts.controller.js';
import { KeysController } from './keys/keys.controller.js';
import { LocksController } from './locks/locks.controller.js';
import { HostSessionsController } from './host-sessions/host-sessions.controller.js';
import { RevocationsController } from './revocations/revocations.controller.js';
import { RolesController } from './roles/roles.controller.js';
import { ServiceAccountsController } from './service-accounts/service-accounts.controller.js';
import { TrustController } from './trust/trust.controller.js';
import { UsersController } from './users/users.controller.js';

/** The controllers of everything that an organization holds. */
export const resourceControllers: readonly Type[] = [
  UsersController,
  ServiceAccountsController,
  AdministrativeRolesController,
  GroupsController,
  RolesController,
  DelegationsController,
  AccessController,
  KeysController,
  HostsController,
  CertificatesController,
  LocksController,
  HostSessionsController,
  DrillsController,
  RevocationsController,
  AuthoritiesController,
  EnforcementController,
  EventsController,
  TrustController,
];
