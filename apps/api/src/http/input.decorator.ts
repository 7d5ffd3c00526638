import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { HostCaller } from '../hosts/host-token.js';
import type { FastifyReply } from 'fastify';
import { Held } from './held.js';
import type { FastifyRequest } from './request.js';

/** Parameter: the validated request (`RouteInput<id>`). */
export const Input: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): unknown =>
    context.switchToHttp().getRequest<FastifyRequest>().input,
);

/** Parameter: the host that is calling (`HostCaller`), on routes of hosts. */
export const CurrentHost: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): HostCaller => {
    const { joinedHost } = context.switchToHttp().getRequest<FastifyRequest>();
    if (joinedHost === null) throw new TypeError('@CurrentHost() belongs on a route of hosts.');
    return joinedHost;
  },
);

/** Parameter: who is calling (`SignedInCaller`). Not on public routes. */
export const CurrentCaller: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): SignedInCaller => {
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    if (caller === null) throw new TypeError('@CurrentCaller() belongs on a route that asks for a caller.');
    return caller;
  },
);

/** Parameter: the request as one that may wait (`Held`), on routes of `HandleHeld`. */
export const Holding: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): Held => {
    const http = context.switchToHttp();
    return new Held(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  },
);
