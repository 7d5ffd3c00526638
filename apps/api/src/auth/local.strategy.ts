import type { IStrategyOptionsWithRequest } from 'passport-local';
import { Strategy } from 'passport-local';
import type { AuthServices } from './auth-services.js';
import { checkPassword } from './check-password.js';
import type { StrategyRequest } from './strategies.js';

const fields: IStrategyOptionsWithRequest = {
  usernameField: 'user',
  passwordField: 'password',
  passReqToCallback: true,
};

/** Passport strategy: a user's name and password, and the code of a second factor, in a validated sign-in body. */
export function localStrategy(services: AuthServices): Strategy {
  return new Strategy(fields, (request, user, password, done) => {
    const { body = {}, source = '', requestId = '' } = request as unknown as StrategyRequest;
    const { organization, deviceToken, code } = body as Readonly<Record<string, unknown>>;
    const credentials = {
      organization: text(organization) ?? null,
      user,
      password,
      deviceToken: text(deviceToken),
      code: text(code),
    };
    checkPassword(services, credentials, { source, requestId }).then(
      (found) => done(null, found),
      (error: unknown) => done(error),
    );
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
