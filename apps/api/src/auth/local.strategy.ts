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

/** Passport strategy: a user's name and password, in a validated sign-in body. */
export function localStrategy(services: AuthServices): Strategy {
  return new Strategy(fields, (request, user, password, done) => {
    const { body = {}, source = '', requestId = '' } = request as unknown as StrategyRequest;
    const organization =
      'organization' in body && typeof body.organization === 'string' ? body.organization : null;
    const deviceToken =
      'deviceToken' in body && typeof body.deviceToken === 'string' ? body.deviceToken : undefined;
    checkPassword(services, { organization, user, password, deviceToken }, { source, requestId }).then(
      (found) => done(null, found),
      (error: unknown) => done(error),
    );
  });
}
