// `npm run bench -- decide`: who may be whom where, for a caller with 200 roles over 10,000 hosts.
import {
  decide,
  indexedHosts,
  type AccessRequest,
  type DecisionInput,
  type Labels,
  type Role,
} from '@writ/policy';
import { aCaller, anAuthority, aRole } from '@writ/testkit/fixtures';
import { login } from '@writ/openssh/trust';
import { askDatabase } from '../service/database.js';
import { makeInstallation } from '../service/installation.js';
import { callAs, signIn } from '../service/person.js';
import { startService } from '../service/service.js';
import { report, type Row } from './frame.js';
import { median } from './measure.js';

const roleCount = 200;
const hostCount = 10_000;
const rounds = 31;
const environments = ['prod', 'stage', 'test'];
const tiers = ['web', 'db', 'cache', 'queue', 'batch'];

/** A host of one of 200 teams; every team has hosts of every kind. */
function labelsOf(host: number): Labels {
  return {
    env: environments[host % environments.length] ?? '',
    tier: tiers[host % tiers.length] ?? '',
    team: `team-${host % roleCount}`,
  };
}

/** Most roles are a team's; every tenth is for all hosts of a kind. */
function selectorOf(role: number): Labels {
  if (role % 10 !== 0) return { team: `team-${role}` };
  return { env: environments[role % environments.length] ?? '', tier: tiers[role % tiers.length] ?? '' };
}

function hostNameOf(host: number): string {
  return `host-${host}.acme.example`;
}

/** Milliseconds that each of `rounds` runs took; two before them do not count. */
async function times(act: () => unknown): Promise<number[]> {
  const taken: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const begun = performance.now();
    await act();
    if (round >= 0) taken.push(performance.now() - begun);
  }
  return taken;
}

function row(name: string, taken: readonly number[], limit: number | null): Row {
  const value = median(taken);
  return {
    name,
    value,
    unit: 'ms',
    baseline: null,
    ratio: null,
    target: limit === null ? null : `< ${limit} ms`,
    met: limit === null ? null : value < limit,
  };
}

async function decisions(): Promise<readonly Row[]> {
  const caller = aCaller();
  const roles: readonly Role[] = Array.from({ length: roleCount }, (_, n) =>
    aRole({
      id: `role-${n}`,
      name: `role-${n}`,
      principals: 'role',
      selector: selectorOf(n),
      logins: [login('root'), login(`team-${n}`)],
    }),
  );
  const hosts = Array.from({ length: hostCount }, (_, n) => labelsOf(n));
  let next = 0;
  const ask = (): void => {
    const place = (next = (next + 7919) % hostCount);
    const host = { kind: 'joined', name: hostNameOf(place), labels: hosts[place] ?? {} } as const;
    const input: DecisionInput<AccessRequest> = {
      caller,
      roles,
      authority: anAuthority(caller),
      now: 1_767_323_045n,
      backdate: 60n,
      request: { kind: 'access', account: 'active', target: { host, login: 'root' } },
    };
    if (!decide(input).allowed) throw new Error(`nobody is root on ${host.name}`);
  };
  const many = 200;
  const each = await times(() => {
    for (let n = 0; n < many; n++) ask();
  });
  const index = indexedHosts(hosts);
  return [
    row(
      'one decision: may this caller be root on this host',
      each.map((taken) => taken / many),
      2,
    ),
    row(
      'every host that each role reaches, once they are indexed',
      await times(() => roles.map((role) => index.reachedBy(role).length)),
      null,
    ),
  ];
}

async function reach(): Promise<readonly Row[]> {
  const installation = await makeInstallation();
  const service = await startService(installation);
  try {
    await service.ready();
    const who = await signIn(service.url);
    const params = { organization: who.organization };
    for (let n = 0; n < roleCount; n++) {
      const name = `role-${n}`;
      const logins = ['root', `team-${n}`];
      const body = {
        name,
        principals: 'role',
        selector: selectorOf(n),
        logins,
        maxTtlSeconds: 3600,
      } as const;
      await callAs(service.url, who, 'createRole', { params, body });
      await callAs(service.url, who, 'grantRole', {
        params: { ...params, role: name },
        body: { user: who.name },
      });
    }
    // As if they had joined: what a join writes beside this is of no account here.
    const hosts = Array.from({ length: hostCount }, (_, n) => ({ name: hostNameOf(n), labels: labelsOf(n) }));
    const rows = JSON.stringify(hosts).replaceAll("'", "''");
    await askDatabase(
      installation,
      `insert into hosts (id, organization_id, name, labels, join_token_id, joined_at)
        select gen_random_uuid(), (select id from organizations limit 1), each->>'name', each->'labels', gen_random_uuid(), now()
        from jsonb_array_elements('${rows}'::jsonb) each`,
    );
    const get = async (headers: Readonly<Record<string, string>> = {}) => {
      const answer = await fetch(`${service.url}/v1/reach`, {
        headers: { authorization: `Bearer ${who.accessToken}`, ...headers },
      });
      return { status: answer.status, etag: answer.headers.get('etag') ?? '', text: await answer.text() };
    };
    const { text, etag } = await get();
    const listed = (JSON.parse(text) as { organizations: { hosts: unknown[] }[] }).organizations[0]?.hosts
      .length;
    if (listed !== hostCount) throw new Error(`${listed} hosts were listed`);
    const held = { 'if-none-match': etag };
    if ((await get(held)).status !== 304) throw new Error('what is held was sent again');
    return [
      row('GET /v1/reach, whole, over HTTP', await times(() => get()), 200),
      row('the same for a client that holds it (304)', await times(() => get(held)), null),
    ];
  } finally {
    await service.kill();
    await installation.remove();
  }
}

report('decide', [...(await decisions()), ...(await reach())]);
