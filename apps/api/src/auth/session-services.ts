import type { AuthServices } from './auth-services.js';
import type { Strategies } from './strategies.js';

/** What the session controller is given. */
export class SessionServices {
  constructor(
    readonly auth: AuthServices,
    readonly strategies: Strategies,
  ) {}
}
