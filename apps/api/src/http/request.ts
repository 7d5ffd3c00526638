import type { ProblemCode } from '@writ/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { HostCaller } from '../hosts/host-token.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; null on public routes. */
    caller: SignedInCaller | null;
    /** Set by the guard on the routes of hosts. */
    joinedHost: HostCaller | null;
    /** The validated request, for `@Input()`. */
    input: unknown;
    /** What the request was answered with, when that is a problem. */
    problem: ProblemCode | null;
    /** Takes the request out of the count of those being worked on. */
    leave: (() => void) | null;
    /** From now on the request is held (`Held.begin`). */
    hold(): void;
    /** Its answer is about to be sent: nobody works on it any more, and its line goes into the log. */
    answered(reply: FastifyReply): void;
  }
}

export type { FastifyRequest };
