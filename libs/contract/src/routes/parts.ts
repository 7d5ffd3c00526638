import { z } from 'zod';
import type { FileAnswer, Route } from '../route.js';
import { OrganizationHandle } from '../values.js';

/** Below 2^63, as far as a database counts. */
export const KrlVersion = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,18})$/, 'a whole decimal number')
  .refine((text) => !/^\d{1,19}$/.test(text) || BigInt(text) < 1n << 63n, 'too large');

export const none = z.strictObject({});

export const inOrganization = z.strictObject({ organization: OrganizationHandle });

export const oneKrl = z.strictObject({ organization: OrganizationHandle, version: KrlVersion });

export const org = '/v1/organizations/:organization';

export const text: FileAnswer = {
  mediaType: 'text/plain; charset=utf-8',
  description: 'lines for OpenSSH',
  tagged: true,
};

/** How long to wait for news (seconds). */
export const Wait = z.coerce.number().int().min(0).max(55).default(0);

export const defaults = {
  params: none,
  query: none,
  body: null,
  response: null,
  status: 200,
  problems: [],
  idempotent: false,
} as const;

/** A route with what is not said taken from the defaults, its own type kept (a plain spread would intersect the two). */
export function route<
  const R extends Partial<Route> & Pick<Route, 'id' | 'method' | 'path' | 'summary' | 'access'>,
>(r: R): Omit<typeof defaults, keyof R> & R {
  return { ...defaults, ...r };
}
