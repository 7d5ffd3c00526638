import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import passport from 'passport';
import type { SignedInCaller } from './signed-in-caller.js';

/** The parts of a request that a strategy may look at: nothing else can smuggle a credential in. */
export interface StrategyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

/** Passport, with the ways to sign in that this service knows. An instance of its own: nothing is shared in the process. */
export class Strategies {
  private readonly passport = new passport.Passport();

  constructor(strategies: Readonly<Record<string, passport.Strategy>>) {
    for (const [name, strategy] of Object.entries(strategies)) this.passport.use(name, strategy);
  }

  /**
   * Asks one strategy who is calling. Rejects with the strategy's own CodedError, or with `access_token_invalid`
   * when it found nothing to look at.
   */
  authenticate(name: string, request: StrategyRequest): Promise<SignedInCaller> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown, caller?: SignedInCaller | false | null): void => {
        if (error !== null && error !== undefined)
          reject(error instanceof Error ? error : new Error(String(error)));
        else if (caller) resolve(caller);
        else reject(unnamed());
      };
      const authenticate = this.passport.authenticate(name, { session: false }, settle) as (
        request: object,
        response: object,
        next: (error?: unknown) => void,
      ) => void;
      authenticate({ headers: request.headers, body: request.body }, {}, (error) =>
        settle(error ?? unnamed()),
      );
    });
  }
}

function unnamed(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'access_token_invalid',
    'Sign in first: this takes an access token (Authorization: Bearer …).',
  );
}
