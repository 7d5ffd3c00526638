import { z } from 'zod';
import { Problem } from './problem.js';
import type { AnySchema, Route } from './route.js';
import { routes, type RouteId, type Routes } from './routes.js';

/** What goes over the wire for one call; a transport adds the base address, TLS and tokens. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Is given what a success answers, as it arrives; the answer's body is empty then. */
  readonly onChunk?: (chunk: Uint8Array) => void;
  /** Ends the request, which rejects then. */
  readonly signal?: AbortSignal;
}
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
/** How an answer is read that goes on for long. */
export type Streaming = Pick<HttpRequest, 'onChunk' | 'signal'>;
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

type Shape<T> = T extends AnySchema ? z.input<T> : never;
/** In brackets: of a route that is not known yet it is one type, and not a mixture of every route's. */
type Part<K extends string, T> = [T] extends [AnySchema]
  ? Record<never, never> extends Shape<T>
    ? { [P in K]?: Shape<T> }
    : { [P in K]: Shape<T> }
  : object;

/** What a call of route `I` takes. */
export type CallInput<I extends RouteId> = Part<'params', Routes[I]['params']> &
  Part<'query', Routes[I]['query']> &
  Part<'body', Routes[I]['body']> & { accessToken?: string; idempotencyKey?: string };

/** What it answers: the parsed JSON, the bytes of a file, or nothing. */
export type CallOutput<I extends RouteId> = Routes[I]['response'] extends AnySchema
  ? z.output<Routes[I]['response']>
  : Routes[I]['response'] extends null
    ? undefined
    : Uint8Array;

/** The service answered with a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** The service answered with something that is not in the contract. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

type Values = Readonly<Record<string, string | number | boolean | undefined>>;

function address(route: Route, params: Values, query: Values): string {
  const path = route.path.replace(/:([a-zA-Z]+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.append(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * Calls one route and checks the answer against the contract.
 * Rejects with ProblemError (the service said no), ContractError (not Writ, or another version), or whatever the
 * transport rejects with.
 * @param streaming for an answer that goes on: what to do with its pieces, and when to end it
 */
export async function call<I extends RouteId>(
  transport: Transport,
  id: I,
  input: CallInput<I>,
  streaming: Streaming = {},
): Promise<CallOutput<I>> {
  const route: Route = routes[id];
  const { params, query, body, accessToken, idempotencyKey } = input as {
    params?: Values;
    query?: Values;
    body?: unknown;
    accessToken?: string;
    idempotencyKey?: string;
  };
  const answer = await transport({
    method: route.method,
    path: address(route, params ?? {}, query ?? {}),
    headers: {
      accept: 'application/json, application/problem+json, */*;q=0.1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    ...streaming,
  });
  if (answer.status >= 400) {
    const problem = Problem.safeParse(parseJson(answer.body));
    if (problem.success) throw new ProblemError(problem.data);
    throw new ContractError(
      `The server answered ${answer.status} without a problem document: is this the address of a Writ service?`,
    );
  }
  if (route.response === null) return undefined as CallOutput<I>;
  if (!(route.response instanceof z.ZodType)) return answer.body as CallOutput<I>;
  const parsed = route.response.safeParse(parseJson(answer.body));
  if (!parsed.success)
    throw new ContractError('The server answered something this version of writ does not understand.');
  return parsed.data as CallOutput<I>;
}
