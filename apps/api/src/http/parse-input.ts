import { CodedError } from '@writ/kernel';
import type { Failure, ProblemCode, Route } from '@writ/contract';
import type { z } from 'zod';
import type { FastifyRequest } from './request.js';
import type { InputOf } from './route-input.js';

/** Most characters of what an answer says of one failure. */
const longest = 300;
const idempotencyKey = /^[\x21-\x7e]{1,255}$/;

/**
 * The request as its route's schemas read it; unknown fields are refused everywhere.
 * Ends in `request_invalid`, with every failure (`rule`: where; `message`: what).
 */
export function parseInput<R extends Route>(route: R, request: FastifyRequest): InputOf<R> {
  const failures: Failure[] = [];
  const params = read(route.params, request.params, 'path', failures);
  const query = read(route.query, request.query, 'query', failures);
  const body =
    route.body === null ? noBody(request.body, failures) : read(route.body, request.body, 'body', failures);
  const key = route.idempotent ? request.headers['idempotency-key'] : undefined;
  if (key !== undefined && (typeof key !== 'string' || !idempotencyKey.test(key))) {
    failures.push({
      rule: 'header.idempotency-key',
      message: 'an Idempotency-Key has 1 to 255 visible ASCII characters',
    });
  }
  if (failures.length > 0) throw invalid(failures);
  const input = { params, query, body, requestId: request.id, source: request.ip };
  return (key === undefined ? input : { ...input, idempotencyKey: key }) as InputOf<R>;
}

function read(schema: z.ZodType, value: unknown, where: string, failures: Failure[]): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    failures.push({
      rule: brief([where, ...issue.path.map(String)].join('.')),
      message: brief(issue.message),
    });
  }
  return undefined;
}

/** A field's name may be as long as a body: an answer does not give all of it back. */
function brief(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

function noBody(body: unknown, failures: Failure[]): null {
  const empty =
    body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
  if (!empty) failures.push({ rule: 'body', message: 'this route takes no body' });
  return null;
}

function invalid(failures: readonly Failure[]): CodedError<ProblemCode> {
  const [first] = failures;
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
  return new CodedError<ProblemCode>(
    'request_invalid',
    `The request cannot be taken as it is: ${first?.rule}: ${first?.message}${more}.`,
    { failures: failures.slice(0, 50) },
  );
}
