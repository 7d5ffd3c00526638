import { createRequire } from 'node:module';

/** This program's version, as its package says it. */
export const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
