import { call } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { TestHost } from './test-host.js';
import { TestOrganization, type Member } from './organization.js';
import { password } from './service.js';

/** What the served OpenAPI document says of a route. */
interface Operation {
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const prefix = '/v1/organizations/{organization}';

/** The provider acme; globex, a customer with an owner; initech, another one. */
let acme: TestOrganization;
let globex: { readonly handle: string };
let routes: readonly { readonly id: string; readonly method: string; readonly path: string }[];
const callers: [string, () => Member][] = [];

beforeAll(async () => {
  acme = await TestOrganization.start();
  await acme.ask(`update sessions set strength = 'multi'`);
  globex = await customer('globex');
  await owner(globex.handle, 'gina');
  const initech = await customer('initech');
  const irma = await owner(initech.handle, 'irma');
  const at = { params: { organization: initech.handle } };
  const { invitation } = await acme.as(irma, 'inviteUser', {
    ...at,
    body: { name: 'ivan', administrativeRole: 'member' },
  });
  const ivan = { name: 'ivan', token: (await accepted(invitation)).accessToken };
  const host = await (await TestHost.join(acme, 'web-1.acme.example')).member();
  // Whatever they could do from outside takes a second factor: with one, nothing else is left to keep them out.
  await acme.ask(`update sessions set strength = 'multi'`);
  callers.push(
    ['an owner of the provider, as the customer has one of its own', () => acme.owner],
    ['an owner of another customer', () => irma],
    ['a member of another customer', () => ivan],
    ['a host of another organization', () => host],
  );
  routes = await servedRoutes();
});
afterAll(() => acme.stop());

function customer(name: string) {
  return acme.as(acme.owner, 'createCustomer', { body: { name, namePatterns: [`*.${name}.example`] } });
}

function accepted(invitation: string) {
  return call(transportTo(acme.url), 'acceptInvitation', { body: { invitation, password } });
}

async function owner(handle: string, name: string): Promise<Member> {
  const { invitation } = await acme.as(acme.owner, 'inviteUser', {
    params: { organization: handle },
    body: { name, administrativeRole: 'owner' },
  });
  return { name, token: (await accepted(invitation)).accessToken };
}

/** Every route below an organization's address that is not open to everybody, as the served document tells it. */
async function servedRoutes() {
  const answer = await fetch(`${acme.url}/openapi.json`);
  const { paths } = (await answer.json()) as { readonly paths: Paths };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith(prefix))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security === undefined || security.length > 0)
        .map(([method, { operationId }]) => ({ id: operationId, method: method.toUpperCase(), path })),
    );
}

it('the document lists them', () => {
  expect(routes.length).toBeGreaterThan(50);
  expect(routes.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['listUsers', 'hostChanges', 'revoke', 'enforcement', 'enforcementStream']),
  );
});

it('whoever asks from another organization meets 404 on every one of them, as where there is no organization', async () => {
  const nobodys = '0'.repeat(16);
  for (const [who, caller] of callers) {
    for (const { id, method, path } of routes) {
      const address = path.replace(/\{(?!organization)[a-zA-Z]+\}/g, 'x');
      const answers = await Promise.all(
        [globex.handle, nobodys].map((handle) =>
          fetch(`${acme.url}${address.replace('{organization}', handle)}`, {
            method,
            headers: { authorization: `Bearer ${caller().token}`, 'content-type': 'application/json' },
            ...(['POST', 'PUT', 'PATCH'].includes(method) ? { body: '{}' } : {}),
            signal: AbortSignal.timeout(20_000),
          }),
        ),
      );
      const seen = await Promise.all(
        answers.map(async (answer) => {
          const problem = (await answer.json()) as { readonly code: string; readonly detail: string };
          return [answer.status, problem.code, problem.detail];
        }),
      );
      const forHosts = [
        ...['hostBundle', 'hostChanges', 'reportHost', 'reportHostSessions', 'stateEnforcement'],
      ].includes(id);
      const isHost = who.startsWith('a host');
      // A token of the wrong kind is no token, whoever's address it is sent to.
      const expected = isHost === forHosts ? 404 : 401;
      expect([who, id, seen[0]?.[0]]).toEqual([who, id, expected]);
      expect([who, id, seen[0]]).toEqual([who, id, seen[1]]);
    }
  }
});
