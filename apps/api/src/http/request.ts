import type { FastifyRequest } from 'fastify';
import type { SignedInCaller } from '../auth/signed-in-caller.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; null on public routes. */
    caller: SignedInCaller | null;
  }
}

export type { FastifyRequest };
