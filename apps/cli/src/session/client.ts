import {
  call,
  ProblemError,
  type CallInput,
  type CallOutput,
  type RouteId,
  type Streaming,
  type Transport,
} from '@writ/contract';
import { fail } from '../errors.js';
import type { Input } from '../input.js';
import { shortName } from '../names.js';
import { directories, type Directories } from '../files/directories.js';
import { transportTo } from '../network/transport.js';
import type { Surroundings } from '../run.js';
import { readKeyFile } from '../keys/key-file.js';
import { reworded } from './advice.js';
import { withSessionLock } from './lock.js';
import { organizationToActIn } from './organization.js';
import {
  guardSession,
  readSession,
  removeSession,
  stillSignedIn,
  writeSession,
  type Session,
} from './session.js';
import { signInByKey } from './sign-in-by-key.js';

/** A token that ends sooner than this is replaced before it is used. */
const margin = 20_000;

/** Calls routes of the service as the one who is signed in. */
export interface Client {
  readonly session: Session;
  /** Path parameters that every route of an organization has: of the one that is worked in, and of one's own. */
  readonly organization: { readonly organization: string };
  readonly home: { readonly organization: string };
  /** `streaming`: for an answer that goes on. */
  call<I extends RouteId>(route: I, input: CallInput<I>, streaming?: Streaming): Promise<CallOutput<I>>;
}

/**
 * Whoever is signed in, working in the organization that --org of `input` names, or in their own where it names none or is null, for a command
 * that has no such option. Rejects with 'not_signed_in' where
 * nobody is, 'organization_unknown'.
 */
export async function signedIn(
  { environment, clock, terminal }: Surroundings,
  input: Input | null,
): Promise<Client> {
  const where = directories(environment);
  await guardSession(where, terminal);
  const session = (await readSession(where)) ?? fail('not_signed_in', 'You are not signed in: `writ login`.');
  const transport = await transportTo(session.server, true);
  const fresh = async (refused: string | null): Promise<string> => {
    const { tokens } = await freshSession(where, session, transport, clock, refused);
    return tokens.accessToken;
  };
  const own = session.tokens.organization;
  const home = { organization: own.handle };
  const client: Client = {
    session,
    organization: home,
    home,
    call: async (route, asked, streaming) => {
      const accessToken = await fresh(null);
      try {
        return await call(transport, route, { ...asked, accessToken }, streaming);
      } catch (error) {
        if (!hasCode(error, 'access_token_invalid', 'session_ended')) throw error;
        if (hasCode(error, 'session_ended')) return ended(where, session);
        // The two clocks may differ: what looks fresh here may have ended there.
        return call(transport, route, { ...asked, accessToken: await fresh(accessToken) }, streaming);
      }
    },
  };
  const name = input?.option('org');
  if (name === undefined || name === own.name) return client;
  const { handle, acting } = await organizationToActIn(client, shortName(name));
  const there = { ...client, organization: { organization: handle } };
  return acting === 'delegation' ? { ...there, call: withinDelegation(client, name) } : there;
}

/** What a delegation does not open is answered as if there were no such organization; whoever acts by it sees that there is one. */
function withinDelegation({ call: ask }: Client, name: string): Client['call'] {
  return (...asked) =>
    ask(...asked).catch((error: unknown) => {
      const better = `You act in ${name} by delegation: that opens certificates of the roles delegated to you, and nothing else there.`;
      throw reworded(error, 'not_found', 'There is no such organization.', better);
    });
}

/** Whether the service has refused with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof ProblemError && codes.includes(error.problem.code);
}

/**
 * The session with an access token that can be used: as kept, or refreshed by this process or by another one while we
 * waited for the lock. `refused` is a token that the service did not take.
 */
async function freshSession(
  where: Directories,
  session: Session,
  transport: Transport,
  clock: () => number,
  refused: string | null,
): Promise<Session> {
  const usable = ({ tokens }: Session): boolean =>
    tokens.accessToken !== refused && Date.parse(tokens.accessTokenExpiresAt) - clock() > margin;
  const kept = await readSession(where);
  if (kept !== null && usable(kept)) return kept;
  return withSessionLock(where, async () => {
    const now = await stillSignedIn(where, session);
    if (usable(now)) return now;
    try {
      const next = { ...now, tokens: await successor(now, transport) };
      // `writ logout` waits for no lock where the service hangs.
      await stillSignedIn(where, session);
      await writeSession(where, next);
      return next;
    } catch (error) {
      if (hasCode(error, 'refresh_token_invalid', 'session_ended')) return ended(where, now);
      throw error;
    }
  });
}

/** The tokens that follow: a service account signs in again, without being told to. */
async function successor({ tokens, signInKey }: Session, transport: Transport): Promise<Session['tokens']> {
  if ('refreshToken' in tokens)
    return call(transport, 'refresh', { body: { refreshToken: tokens.refreshToken } });
  if (signInKey === null) fail('not_signed_in', 'Your session has ended; sign in again: `writ login`.');
  const who = { organization: tokens.organization.name, serviceAccount: tokens.user.name };
  return signInByKey(transport, who, await readKeyFile(signInKey));
}

async function ended(where: Directories, session: Session): Promise<never> {
  const kept = await readSession(where);
  if (kept !== null && lasting(kept) === lasting(session)) await removeSession(where);
  return fail(
    'not_signed_in',
    `Your session at ${session.server.url} has ended; sign in again: \`writ login\`.`,
    {
      url: session.server.url,
    },
  );
}

/** What tells one session's tokens from another's. */
function lasting({ tokens }: Session): string {
  return 'refreshToken' in tokens ? tokens.refreshToken : tokens.accessToken;
}
