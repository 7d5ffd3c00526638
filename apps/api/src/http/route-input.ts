import type { AnySchema, FileAnswer, Route, Routes } from '@writ/contract';
import type { z } from 'zod';
import type { ServiceRoutes } from './service-routes.js';

type AllRoutes = Routes & ServiceRoutes;
export type AnyRouteId = keyof AllRoutes;

type Parsed<T> = T extends AnySchema ? z.output<T> : null;

/** What a handler of route `R` is called with: the validated request, and nothing that was not in its schemas. */
export interface InputOf<R extends Route> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
  /** The Idempotency-Key header, on routes that take one. */
  readonly idempotencyKey?: string;
  readonly requestId: string;
  /** The address the request came from. */
  readonly source: string;
}

/** A file in an answer, in one piece. `etag` without quotes; bytes never change under one etag. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** How long a cache may keep it without asking again; 'for ever': its address never means anything else. Null: none may keep it. */
  readonly maxAgeSeconds: number | 'for ever' | null;
  /** The address of what was answered, where it stays the same; seen from the one that was asked for. */
  readonly location?: string;
}

/** A JSON answer under an ETag. `etag` without quotes; `content` is called only for a client that does not hold it. */
export interface Tagged<Content> {
  readonly etag: string;
  readonly content: () => Content;
}

/** What a handler of route `R` resolves to, before the response schema has seen it. */
export type OutputOf<R extends Route> = R['response'] extends AnySchema
  ? R extends { readonly tagged: true }
    ? Tagged<z.input<R['response']>>
    : z.input<R['response']>
  : R['response'] extends FileAnswer
    ? FileContent
    : void;

export type RouteInput<I extends AnyRouteId> = InputOf<AllRoutes[I]>;
export type RouteOutput<I extends AnyRouteId> = OutputOf<AllRoutes[I]>;
