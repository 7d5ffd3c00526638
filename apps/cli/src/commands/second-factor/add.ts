import { ProblemError, type SecondFactorAdded, type SecondFactorEnrolment } from '@writ/contract';
import { directories } from '../../files/directories.js';
import type { Input } from '../../input.js';
import type { Run, Surroundings } from '../../run.js';
import { advised } from '../../session/advice.js';
import { hasCode, signedIn, type Client } from '../../session/client.js';
import { readConfiguration } from '../../session/configuration.js';
import { keepDevice } from '../../session/devices.js';
import { refreshSsh } from '../../ssh/set-up.js';
import { secret } from '../../terminal/secret.js';
import { codeIsAsked, secondFactorCode } from './code.js';
import { saySsh } from '../../view/ssh.js';
import { printRecoveryCodes } from './recovery-codes.js';

export const run: Run = async (surroundings, input) => {
  const client = await addSecondFactor(surroundings, input);
  // It opens what is delegated: plain ssh hears of it at once.
  const where = directories(surroundings.environment);
  const ssh = (await readConfiguration(where))?.ssh;
  if (ssh?.wanted !== true) return;
  const inventory = await refreshSsh(surroundings, client, ssh);
  if (inventory !== null && !input.json) saySsh(surroundings.terminal, inventory, where.home);
};

/** Sets it up, and prints the recovery codes; resolves with the session, which counts as strong from then on. */
export async function addSecondFactor(surroundings: Surroundings, input: Input): Promise<Client> {
  const { terminal, environment } = surroundings;
  const client = await signedIn(surroundings, null);
  const enrolment = await started(client, () =>
    secret(surroundings, input, {
      ...{ what: 'password', option: 'password', variable: 'WRIT_PASSWORD', question: 'Your password' },
    }),
  );
  if (input.json) terminal.jsonLine(enrolment);
  else {
    if (terminal.canAsk) {
      const { renderUnicodeCompact } = await import('uqr');
      terminal.say(...renderUnicodeCompact(enrolment.url).split('\n'));
    }
    terminal.say('Give your authenticator this QR code or this key (time-based, six digits):');
    terminal.say(`  ${enrolment.secret.replace(/(.{4})(?=.)/g, '$1 ')}`);
    terminal.data(enrolment.url);
  }
  const { recoveryCodes, deviceToken } = await confirmed(surroundings, input, client);
  const { server, tokens } = client.session;
  await keepDevice(directories(environment), {
    ...{ url: server.url, organization: tokens.organization.name, user: tokens.user.name, deviceToken },
  });
  if (!input.json) terminal.say('Signing in takes a code of your authenticator from now on.');
  printRecoveryCodes(terminal, input, recoveryCodes);
  return client;
}

/** Begins; the password is asked for only where the service wants it. */
async function started(client: Client, password: () => Promise<string>): Promise<SecondFactorEnrolment> {
  try {
    return await client.call('startSecondFactor', { body: {} });
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === 'fresh_sign_in_required')) throw error;
  }
  return client.call('startSecondFactor', { body: { password: await password() } });
}

/** Asks for another code where one is wrong: whoever begins anew gets another key, and what the authenticator has of this one is worth nothing. */
async function confirmed(
  surroundings: Surroundings,
  input: Input,
  client: Client,
): Promise<SecondFactorAdded> {
  const { terminal } = surroundings;
  for (;;) {
    const code = await secondFactorCode(surroundings, input, 'The code that it shows');
    try {
      return await terminal.working('Checking the code', () =>
        client.call('confirmSecondFactor', { body: { code } }),
      );
    } catch (error) {
      if (!hasCode(error, 'code_wrong', 'request_invalid')) throw error;
      if (!codeIsAsked(surroundings, input))
        throw advised(
          error,
          'code_wrong',
          'Nothing was added: take the entry out of the authenticator and begin anew.',
        );
      terminal.warn(`${(error as Error).message} Nothing is lost: give the next one.`);
    }
  }
}
