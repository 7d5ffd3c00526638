import type { z } from 'zod';
import type { Permission } from './permissions.js';
import type { ProblemCode } from './problem.js';

/**
 * 'public': nobody needs to be signed in. 'session': any session, also one that may do nothing else before its account has a
 * second factor. 'self': any signed-in caller, for what is their own. 'host': a joined host, by its token, for what is its own.
 * Else the permission.
 */
export type Access = 'public' | 'session' | 'self' | 'host' | Permission;

/** An answer that is not JSON: a file, with its media type. */
export interface FileAnswer {
  readonly mediaType: string;
  readonly description: string;
  /** When it is answered with 204 and nothing instead. */
  readonly orNone?: string;
  /** Under an ETag: 304 to a client whose If-None-Match names it. */
  readonly tagged?: true;
}

/** A schema, as `z.input` and `z.output` know it: comparing one with the whole of `z.ZodType` takes the compiler seconds. */
export interface AnySchema {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}

/** One HTTP route: the guard, validation, the OpenAPI document and the typed client are all made from it. */
export interface Route {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Fastify style: '/v1/organizations/:organization/users/:user'. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Null: no body. */
  readonly body: z.ZodType | null;
  /** Null: 204. */
  readonly response: z.ZodType | FileAnswer | null;
  readonly status: 200 | 201 | 204;
  /** The codes peculiar to this route, beside the ones any route can answer with. */
  readonly problems: readonly ProblemCode[];
  /** Takes an Idempotency-Key header. */
  readonly idempotent: boolean;
  /** JSON under an ETag: 304 to a client whose If-None-Match names it. */
  readonly tagged?: true;
}
