import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { HostCaller } from '../hosts/host-token.js';
import type { FastifyReply } from 'fastify';
import type { FastifyRequest, Hold } from './request.js';

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

/** Parameter: lets the request wait for as long as its handler likes (`Hold`), see `FastifyRequest.hold`. */
export const Holding: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): Hold => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return () => request.hold(reply);
  },
);
