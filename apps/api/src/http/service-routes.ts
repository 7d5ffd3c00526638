import type { FileAnswer, Route } from '@writ/contract';
import { z } from 'zod';

const none = z.strictObject({});

function open<const I extends string, const P extends string, const R extends Route['response']>(
  id: I,
  path: P,
  summary: string,
  response: R,
) {
  return {
    id,
    method: 'GET',
    path,
    summary,
    access: 'public',
    params: none,
    query: none,
    body: null,
    response,
    status: 200,
    problems: [],
    idempotent: false,
  } as const satisfies Route;
}

function file<const M extends string>(mediaType: M, description: string) {
  return { mediaType, description } as const satisfies FileAnswer;
}

const state = z.strictObject({ status: z.literal('ok') });

/** Routes about the service itself: not in the contract of organizations, and under the same guard. */
export const serviceRoutes = {
  healthz: open('healthz', '/healthz', 'The process answers', state),
  readyz: open(
    'readyz',
    '/readyz',
    'The database and the signer answer, so that certificates can be issued',
    state,
  ),
  openApi: open(
    'openApi',
    '/openapi.json',
    'This service as an OpenAPI document',
    file('application/json', 'OpenAPI 3.1'),
  ),
  docs: open(
    'docs',
    '/docs',
    'A page to read the OpenAPI document',
    file('text/html; charset=utf-8', 'HTML'),
  ),
  docsScript: open(
    'docsScript',
    '/docs/rapidoc.js',
    'The script of that page',
    file('text/javascript; charset=utf-8', 'JavaScript'),
  ),
} as const;

export type ServiceRoutes = typeof serviceRoutes;
