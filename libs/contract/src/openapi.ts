import { z } from 'zod';
import { problemStatus, Problem, Failure, type ProblemCode } from './problem.js';
import * as resources from './resources.js';
import type { Access, Route } from './route.js';

type Json = Record<string, unknown>;

const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...resources, Problem, Failure })) {
  if (schema instanceof z.ZodType) named.add(schema, { id });
}

/**
 * The OpenAPI 3.1 document of some routes: everything a client of another language needs, made from the same table that
 * validates and guards.
 * @param version the service's own
 */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schemas) };
  }
  const problem = jsonSchema(Problem, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Writ',
      version,
      summary: 'An SSH certificate authority',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer' } },
      responses: {
        problem: { description: 'RFC 9457', content: { 'application/problem+json': { schema: problem } } },
      },
      schemas,
    },
  };
}

function operation(route: Route, schemas: Json): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', schemas),
    ...parametersOf(route.query, 'query', schemas),
    ...(route.idempotent ? [idempotencyKey] : []),
    ...(isTagged(route) ? [ifNoneMatch] : []),
  ];
  return {
    operationId: route.id,
    summary: route.summary,
    ...(accessNote(route.access) ?? {}),
    tags: [tagOf(route.path)],
    security: route.access === 'public' ? [] : [{ accessToken: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === null ? {} : { requestBody: body(route.body, schemas) }),
    responses: {
      [route.status]: success(route, schemas),
      ...(isTagged(route) ? { 304: { description: 'If-None-Match names what would be answered' } } : {}),
      ...noneOf(route),
      ...problems(route),
    },
  };
}

function isTagged({ tagged, response }: Route): boolean {
  if (tagged === true) return true;
  return response !== null && !(response instanceof z.ZodType) && response.tagged === true;
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Repeats within 24 hours under the same key and body answer with what the first one made',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The ETag of the answer that the client holds',
  schema: { type: 'string' },
};

function accessNote(access: Access): Json | undefined {
  if (access === 'public' || access === 'self' || access === 'session') return undefined;
  if (access === 'host') return { description: 'Takes the token of a joined host.' };
  return { description: `Takes the permission \`${access}\`.` };
}

function tagOf(path: string): string {
  const [version, , , resource] = path.split('/').slice(1);
  return version !== 'v1' ? 'service' : (resource ?? 'session');
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query', schemas: Json): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input', schemas) as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function body(schema: z.ZodType, schemas: Json): Json {
  return {
    required: true,
    content: { 'application/json': { schema: jsonSchema(schema, 'input', schemas) } },
  };
}

function success({ response }: Route, schemas: Json): Json {
  if (response === null) return { description: 'Done' };
  if (response instanceof z.ZodType) {
    return {
      description: 'Done',
      content: { 'application/json': { schema: jsonSchema(response, 'output', schemas) } },
    };
  }
  const { mediaType, description } = response;
  return {
    description,
    content: { [mediaType]: { schema: { type: 'string', contentMediaType: mediaType } } },
  };
}

/** The 204 of a file that there may be nothing of. */
function noneOf({ response }: Route): Json {
  if (response === null || response instanceof z.ZodType || response.orNone === undefined) return {};
  return { 204: { description: response.orNone } };
}

function problems(route: Route): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...new Set([...route.problems, ...anyRouteProblems(route)])]) {
    const status = problemStatus[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(answers.map(([status, codes]) => [String(status), problemAnswer(codes)]));
}

function problemAnswer(codes: readonly ProblemCode[]): Json {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
  };
  return { description: codes.join(', '), content: { 'application/problem+json': { schema } } };
}

/** What any route like this one can answer with, beside its own problems. */
function anyRouteProblems({ access, body: takes, params }: Route): ProblemCode[] {
  return [
    'request_invalid',
    ...(takes === null ? [] : (['body_not_json', 'body_too_large', 'content_type_unsupported'] as const)),
    ...callerProblems(access),
    ...(Object.keys(params.shape).length === 0 ? [] : (['not_found'] as const)),
    'too_many_requests',
    'internal_error',
    'storage_unavailable',
    'overloaded',
    'shutting_down',
    'database_put_back',
  ];
}

function callerProblems(access: Access): ProblemCode[] {
  if (access === 'public') return [];
  if (access === 'host') return ['host_token_invalid'];
  return [
    'access_token_invalid',
    'session_ended',
    ...(access === 'session' ? [] : ['second_factor_required' as const]),
    ...(access === 'self' || access === 'session' ? [] : ['permission_missing' as const]),
  ];
}

/** A schema as JSON Schema 2020-12; named resources are put into `schemas` and referred to. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const {
    $defs,
    $schema: _,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    metadata: named,
    override: ({ jsonSchema: made }) => {
      // The format says it; zod's patterns for it are a screen long.
      if (made.format !== undefined) delete made.pattern;
    },
  }) as Json;
  for (const [id, definition] of Object.entries(($defs ?? {}) as Json)) schemas[id] = referring(definition);
  const { id } = json;
  if (typeof id !== 'string') return referring(json) as Json;
  const { id: __, ...definition } = json;
  schemas[id] = referring(definition);
  return { $ref: `#/components/schemas/${id}` };
}

function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => key !== 'id' || typeof one !== 'string')
      .map(([key, one]) =>
        key === '$ref' && typeof one === 'string'
          ? [key, one.replace('#/$defs/', '#/components/schemas/')]
          : [key, referring(one)],
      ),
  );
}
