import type { Strategy as PassportStrategy } from 'passport';
import type { AuthServices } from './auth-services.js';
import { checkKeyProof } from './check-key-proof.js';
import type { StrategyRequest } from './strategies.js';

/** Passport strategy: a challenge that a service account's key has signed, in a validated sign-in body. */
export function keyStrategy(services: AuthServices): PassportStrategy {
  return {
    authenticate(request) {
      const { body = {}, source = '', requestId = '' } = request as unknown as StrategyRequest;
      const { challenge, signature } = body as Readonly<Record<string, unknown>>;
      if (typeof challenge !== 'string' || typeof signature !== 'string') return this.fail(401);
      checkKeyProof(services, { challenge, signature }, { source, requestId }).then(
        (found) => this.success(found),
        (error: unknown) => this.error(error),
      );
    },
  };
}
