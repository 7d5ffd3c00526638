import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { ProblemCode, Route } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { secondFactorRequired } from '../auth/need-second-factor.js';
import { Strategies } from '../auth/strategies.js';
import { routeOf } from './handler-route.js';
import type { FastifyRequest } from './request.js';

/**
 * The one guard, on every route: nobody gets past it unless the route says 'public', or a strategy names a caller
 * who is of the organization in the path and holds what the route asks for.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly strategies: Strategies) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context.getHandler());
    if (route === undefined) return false;
    if (route.access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (route.access === 'host') {
      const host = await this.strategies.authenticate('host', { headers: request.headers });
      if (params(request)['organization'] !== host.organizationHandle) throw elsewhere();
      request.joinedHost = host;
      return true;
    }
    const caller = await this.strategies.authenticate('bearer', { headers: request.headers });
    // Known also where they are refused, so that it is written down whom.
    request.caller = caller;
    admit(route, params(request), caller);
    return true;
  }
}

function params(request: FastifyRequest): Readonly<Record<string, string>> {
  return request.params as Readonly<Record<string, string>>;
}

function elsewhere(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('not_found', 'There is no such organization for you.');
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
