import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { routes, type ProblemCode, type Route } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { elsewhere, withinDelegation } from '../auth/act-elsewhere.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { secondFactorRequired } from '../auth/need-second-factor.js';
import { Strategies } from '../auth/strategies.js';
import { routeOf } from './handler-route.js';
import type { FastifyRequest } from './request.js';

/** What the guard asks about organizations, by their handles. */
export interface Doors {
  /** The caller acting in an organization that is not their home; rejects where they may not. */
  actElsewhere(caller: SignedInCaller, organization: string): Promise<SignedInCaller>;
  /** Whether there is such an organization and it is not closed. */
  isOpen(organization: string): Promise<boolean>;
}

const inCrowds: ReadonlySet<string> = new Set([routes.hostChanges.id, routes.stateEnforcement.id]);

/**
 * The one guard, on every route: nobody gets past it unless the route says 'public', or a strategy names a caller
 * who is of the organization in the path, or may act in it from outside, and holds what the route asks for.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly strategies: Strategies,
    private readonly doors: Doors,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context.getHandler());
    if (route === undefined) return false;
    if (route.access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (route.access === 'host') {
      const host = await this.strategies.authenticate('host', { headers: request.headers });
      const { organization } = params(request);
      if (organization !== host.organizationHandle) throw elsewhere();
      // Where thousands come at once, the organization is asked about with everything else.
      if (!inCrowds.has(route.id) && !(await this.doors.isOpen(organization))) throw elsewhere();
      request.joinedHost = host;
      return true;
    }
    const caller = await this.strategies.authenticate('bearer', { headers: request.headers });
    // Known also where they are refused, so that it is written down whom.
    request.caller = caller;
    const { organization } = params(request);
    if (organization !== undefined && organization !== caller.organizationHandle)
      request.caller = await this.doors.actElsewhere(caller, organization);
    withinDelegation(request.caller, route.id);
    admit(route, params(request), request.caller);
    return true;
  }
}

function params(request: FastifyRequest): Readonly<Record<string, string>> {
  return request.params as Readonly<Record<string, string>>;
}

/**
 * Ends in `second_factor_required`, `not_found` (another organization's address) or `permission_missing`.
 */
export function admit(
  { access }: Route,
  { organization }: Readonly<Record<string, string>>,
  caller: SignedInCaller,
): void {
  if (access === 'session') return;
  if (caller.secondFactorMissing) throw secondFactorRequired(caller.organizationName);
  if (organization !== undefined && organization !== caller.organizationHandle) {
    throw elsewhere();
  }
  if (access !== 'self' && !caller.permissions.has(access)) {
    throw new CodedError<ProblemCode>(
      'permission_missing',
      `This takes the permission ${access}, which ${caller.userName} (${caller.administrativeRole}) does not have.`,
      { permission: access },
    );
  }
}
