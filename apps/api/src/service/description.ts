import type { Route } from '@writ/contract';

/** What the service is made of, for those who describe or check it. */
export class ServiceDescription {
  constructor(
    /** Every route that it serves. */
    readonly routes: readonly Route[],
    readonly version: string,
  ) {}
}
