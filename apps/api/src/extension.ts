import type { Type } from '@nestjs/common';
import type { Route } from '@writ/contract';

/** More routes and their controllers, beside the service's own: a bench or a test adds them. */
export interface Extension {
  readonly routes: readonly Route[];
  readonly controllers: readonly Type[];
}

export const noExtension: Extension = { routes: [], controllers: [] };
