import type { FileAnswer, Route } from '@writ/contract';
import { z } from 'zod';

const none = z.strictObject({});

const defaults = {
  method: 'GET',
  access: 'public',
  params: none,
  query: none,
  body: null,
  status: 200,
  problems: [],
  idempotent: false,
} as const;

function open<const R extends Pick<Route, 'id' | 'path' | 'summary' | 'response'>>(
  r: R,
): typeof defaults & R {
  return { ...defaults, ...r };
}

function file<const M extends string>(mediaType: M, description: string) {
  return { mediaType, description } as const satisfies FileAnswer;
}

const state = z.strictObject({ status: z.literal('ok') });

/** Routes about the service itself: not in the contract of organizations, and under the same guard. */
export const serviceRoutes = {
  healthz: open({ id: 'healthz', path: '/healthz', summary: 'The process answers', response: state }),
  readyz: open({
    id: 'readyz',
    path: '/readyz',
    summary: 'Certificates can be issued: database, recorder, signer and high-water file work',
    response: state,
  }),
  openApi: open({
    id: 'openApi',
    path: '/openapi.json',
    summary: 'This service as an OpenAPI document',
    response: file('application/json', 'OpenAPI 3.1'),
  }),
  docs: open({
    id: 'docs',
    path: '/docs',
    summary: 'A page to read that document',
    response: file('text/html; charset=utf-8', 'HTML'),
  }),
  docsScript: open({
    id: 'docsScript',
    path: '/docs/swagger-ui.js',
    summary: 'The script of that page',
    response: file('text/javascript; charset=utf-8', 'JavaScript'),
  }),
  docsStyle: open({
    id: 'docsStyle',
    path: '/docs/swagger-ui.css',
    summary: 'The style of that page',
    response: file('text/css; charset=utf-8', 'CSS'),
  }),
} as const;

export type ServiceRoutes = typeof serviceRoutes;
