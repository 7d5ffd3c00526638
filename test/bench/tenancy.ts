// `npm run bench -- tenancy [organizations]`: what a certificate costs, and making a customer, where there are 1,000 of them.
import { call, type SessionTokens } from '@writ/contract';
import { codeAt } from '@writ/testkit/authenticator';
import { makeInstallation, owner, type Installation } from '../service/installation.js';
import {
  callAs,
  issueRequest,
  role,
  transportTo,
  withKey,
  withRole,
  type Person,
} from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { report, type Row } from './frame.js';
import { httpRequest, load, type LoadOrder, type LoadReport } from './load.js';
import { median } from './measure.js';

const organizations = Number(process.argv[2] ?? '1000');
const connections = 64;
const pairs = 9;
const rate = 300;
const seconds = 5;
/** Requests that are under way at a time while everybody is made. */
const lanes = 8;
/** So many customers are taken together to say how long one takes. */
const together = 9;

/** Whose session goes on for longer than an access token is good. */
type Lasting<Who> = Who & Pick<SessionTokens, 'refreshToken'>;
type Owner = Lasting<Omit<Person, 'publicKey'>>;
/** Somebody with a role and a proved key. */
type Settled = Lasting<Person>;

interface Place {
  readonly installation: Installation;
  readonly service: ServiceProcess;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Does something for each, several at a time; results in their order. */
async function forEach<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      results[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** The first owner, signed in. */
async function firstOwner(url: string): Promise<Owner> {
  const { organization: name, user, password } = owner;
  const body = { organization: name, user, password };
  const { accessToken, refreshToken, organization } = await call(transportTo(url), 'signIn', { body });
  return { name: user, organization: organization.handle, accessToken, refreshToken };
}

/** The same with an access token that has just been made. */
async function renewed<Who extends Lasting<object>>(url: string, who: Who): Promise<Who> {
  const body = { refreshToken: who.refreshToken };
  const { accessToken, refreshToken } = await call(transportTo(url), 'refresh', { body });
  return { ...who, accessToken, refreshToken };
}

/** The provider's owner, with the second factor that it takes to act in a customer. */
async function provider(url: string): Promise<Owner> {
  const who = await firstOwner(url);
  const { secret } = await callAs(url, who, 'startSecondFactor', { body: {} });
  await callAs(url, who, 'confirmSecondFactor', { body: { code: codeAt(secret, Date.now()) } });
  return who;
}

/** Lets somebody into an organization, and gives them a key. */
async function letIn(
  url: string,
  by: Owner,
  at: {
    readonly organization: string;
    readonly name: string;
    readonly administrativeRole: 'owner' | 'member';
  },
): Promise<Settled> {
  const { organization, name, administrativeRole } = at;
  const body = { name, administrativeRole };
  const { invitation } = await callAs(url, by, 'inviteUser', { params: { organization }, body });
  const accepted = { invitation, password: owner.password };
  const { accessToken, refreshToken } = await call(transportTo(url), 'acceptInvitation', { body: accepted });
  return { ...(await withKey(url, { name, organization, accessToken })), refreshToken };
}

/** One organization with as many people as the others have together. */
async function peopleOfOne(url: string): Promise<Settled[]> {
  const ana = await firstOwner(url);
  await withRole(url, ana);
  const { organization } = ana;
  const names = Array.from({ length: organizations }, (_, n) => `person-${n}`);
  return forEach(names, async (name) => {
    const person = await letIn(url, ana, { organization, name, administrativeRole: 'member' });
    await callAs(url, ana, 'grantRole', { params: { organization, role }, body: { user: name } });
    return person;
  });
}

/** Customers, made one after the other, and how long each took (ms). */
async function customers(url: string, ana: Owner): Promise<{ handles: string[]; taken: number[] }> {
  const handles: string[] = [];
  const taken: number[] = [];
  for (let n = 1; n < organizations; n++) {
    const begun = performance.now();
    const params = { organization: ana.organization };
    const body = { name: `customer-${n}`, namePatterns: [`*.customer-${n}.example`] };
    handles.push((await callAs(url, ana, 'createCustomer', { params, body })).handle);
    taken.push(performance.now() - begun);
  }
  return { handles, taken };
}

/** Somebody in each of the organizations, the provider's own included. */
async function peopleOfMany(url: string, ana: Owner, handles: readonly string[]): Promise<Settled[]> {
  await withRole(url, ana);
  const first = await letIn(url, ana, {
    organization: ana.organization,
    name: 'bo',
    administrativeRole: 'member',
  });
  await callAs(url, ana, 'grantRole', {
    params: { organization: ana.organization, role },
    body: { user: 'bo' },
  });
  const others = await forEach(handles, async (organization) => {
    const person = await letIn(url, ana, { organization, name: 'bo', administrativeRole: 'owner' });
    await withRole(url, person);
    return person;
  });
  return [first, ...others];
}

/** Requests for certificates by all of them in turn, with access tokens that have just been made. */
async function orderOf({ service }: Place, people: readonly Settled[]): Promise<LoadOrder> {
  const requests = await forEach(people, async (person) => {
    const { accessToken } = await renewed(service.url, person);
    const { path, body: asked } = issueRequest(person);
    return httpRequest('POST', path, accessToken, asked);
  });
  return { port: service.port, expected: 201, requests, connections };
}

async function loaded(order: LoadOrder): Promise<LoadReport> {
  const result = await load(order);
  if (result.errors > 0)
    throw new Error(`${result.errors} of ${result.sent} requests failed: ${result.firstError}`);
  return result;
}

function latencyRow(name: string, measured: readonly { readonly one: number; readonly many: number }[]): Row {
  const ratio = median(measured.map(({ one, many }) => many / one));
  return {
    name,
    value: median(measured.map(({ many }) => many)),
    unit: 'ms',
    baseline: median(measured.map(({ one }) => one)),
    ratio,
    target: '≤ 1.2 × of one organization',
    met: ratio <= 1.2,
  };
}

/** Both are asked in turn, the first of a pair by turns, so that what else the machine does meets both. */
async function latency(one: LoadOrder, many: LoadOrder): Promise<Row[]> {
  // What runs for the first time is compiled first; and each organization's first block of serials is reserved.
  for (const order of [one, many]) await loaded({ ...order, total: 4 * organizations });
  const timed = { rate, seconds };
  const runs: { one: LoadReport; many: LoadReport }[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const before = pair % 2 === 0 ? await loaded({ ...one, ...timed }) : null;
    const ofMany = await loaded({ ...many, ...timed });
    const ofOne = before ?? (await loaded({ ...one, ...timed }));
    runs.push({ one: ofOne, many: ofMany });
    say(
      `pair ${pair}: p50 ${ofOne.p50.toFixed(2)} ms and ${ofMany.p50.toFixed(2)} ms, ` +
        `p99 ${ofOne.p99.toFixed(1)} ms and ${ofMany.p99.toFixed(1)} ms`,
    );
  }
  const name = `a certificate at ${rate}/s, from the due time, people of ${organizations} organizations in turn`;
  return [
    latencyRow(
      `${name}: median`,
      runs.map((run) => ({ one: run.one.p50, many: run.many.p50 })),
    ),
    latencyRow(
      `${name}: p99`,
      runs.map((run) => ({ one: run.one.p99, many: run.many.p99 })),
    ),
  ];
}

function creationRow(taken: readonly number[], last: number): Row {
  const value = median(taken.slice(last - together, last));
  // The very first request of its kind runs code that was never run.
  const baseline = median(taken.slice(1, 1 + together));
  const ratio = value / baseline;
  return {
    name: `making a customer: median of the ${last - together + 1}th to the ${last}th, against the 2nd to the ${together + 1}th`,
    value,
    unit: 'ms',
    baseline,
    ratio,
    target: '≤ 1.2 ×',
    met: ratio <= 1.2,
  };
}

/** A service on a new installation. */
async function place(): Promise<Place> {
  const installation = await makeInstallation();
  const service = await startService(installation);
  await service.ready();
  return { installation, service };
}

async function closed({ installation, service }: Place): Promise<void> {
  await service.kill();
  await installation.remove();
}

const one = await place();
const many = await place();
try {
  const ana = await provider(many.service.url);
  const { handles, taken } = await customers(many.service.url, ana);
  say(`${handles.length} customers made in ${(taken.reduce((sum, ms) => sum + ms, 0) / 1_000).toFixed(1)} s`);
  const ofMany = await peopleOfMany(many.service.url, await renewed(many.service.url, ana), handles);
  say('somebody is in each');
  const ofOne = await peopleOfOne(one.service.url);
  say(`${ofOne.length} people in one`);
  const rows = await latency(await orderOf(one, ofOne), await orderOf(many, ofMany));
  const marks = [51, taken.length].filter((last) => last > 2 * together && last <= taken.length);
  report('tenancy', [...rows, ...[...new Set(marks)].map((last) => creationRow(taken, last))]);
} finally {
  await closed(one);
  await closed(many);
}
