import { randomUUID } from 'node:crypto';
import { newKey, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let bob: Member;
let operator: Member;
let key: OwnKey;
/** A certificate for `key`, as a line. */
let certificateLine: string;
/** A key that an account of another organization has proved. */
const foreignKey = newKey();

beforeAll(async () => {
  org = await TestOrganization.start();
  bob = await org.member('bob');
  operator = await org.member('oleg', 'operator');
  key = newKey();
  await org.prove(bob, key);
  await org.role('web', [bob]);
  const issued = await org.as(bob, 'issueUserCertificate', { body: { publicKey: key.line } });
  certificateLine = issued.certificate;
  await anotherOrganization();
});
afterAll(() => org.stop());

/** A customer with a user, a key, a role, and a certificate under serial 4711. */
async function anotherOrganization(): Promise<void> {
  const [organization, user, role, authority] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  await org.ask(`insert into organizations (id, handle) values ($1, $2)`, [organization, 'other00000000000']);
  await org.ask(
    `insert into organization_profiles (organization_id, kind, name) values ($1, 'customer', 'other')`,
    [organization],
  );
  await org.ask(
    `insert into users (id, organization_id, name, administrative_role, state) values ($1, $2, 'stranger', 'member', 'active')`,
    [user, organization],
  );
  await org.ask(
    `insert into roles (id, organization_id, handle, name, principals, logins, max_ttl_seconds, extensions,
       critical_options, key_types, key_id_template)
     values ($1, $2, 'otherrole', 'theirs', 'logins', '{root}', 60, '{}', '{}', '{ssh-ed25519}', '{user}')`,
    [role, organization],
  );
  await org.ask(
    `insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds)
     values ($1, $2, 'user', 'active', 'ssh-ed25519', '\\x00', 'SHA256:other', '\\x00', 60)`,
    [authority, organization],
  );
  await org.ask(
    `insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type)
     values ($1, $2, 'user', $3, $4, 'ssh-ed25519')`,
    [foreignKey.fingerprint, organization, user, Buffer.from(foreignKey.key.blob)],
  );
  await org.ask(
    `insert into certificates (organization_id, authority_id, serial, certificate_type, key_id, principals, valid_after,
       valid_before, public_key_fingerprint, user_id, role_id, certificate, issued_at)
     values ($1, $2, 4711, 'user', 'stranger', '{root}', 1, 9999999999, $3, $4, $5, '\\x00', now())`,
    [organization, authority, foreignKey.fingerprint, user, role],
  );
}

/** How many rows every table holds; a refusal leaves an event that says so, and nothing else. */
async function everything(): Promise<unknown> {
  const tables = [
    'users',
    'invitations',
    'key_claims',
    'proof_challenges',
    'roles',
    'role_members',
    'groups',
    'group_users',
    'group_groups',
    'role_groups',
    'role_holders',
    'host_names',
    'host_name_keys',
    'certificates',
    'revocations',
    'krls',
    'idempotency',
    'epochs',
  ];
  const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`);
  return org.ask(
    `select ${counts.join(', ')}, (select sum(epoch) from epochs) as raised,
       (select count(*) from events where kind <> 'certificate.refused') as events`,
  );
}

/** What was sent, and what came back. */
interface Case {
  readonly what: string;
  readonly as: 'owner' | 'bob' | 'operator';
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Status and code. */
  readonly answer: string;
  /** A rule that the answer has to name. */
  readonly rule?: string | undefined;
}

async function check(each: Case): Promise<void> {
  const before = await everything();
  const member = { owner: org.owner, bob, operator }[each.as];
  const got = await org.raw(member, each.method ?? 'POST', each.path, each.body, each.headers);
  const failures = (got.json['failures'] ?? []) as { rule: string }[];
  expect(`${got.status} ${String(got.json['code'])}`).toBe(each.answer);
  if (each.rule !== undefined) expect(failures.map(({ rule }) => rule)).toContain(each.rule);
  expect(await everything()).toEqual(before);
}

const base64 = (line: string) => line.split(' ')[1] ?? '';

describe('public keys', () => {
  const truncated = () => Buffer.from(base64(key.line), 'base64').subarray(0, 40).toString('base64');
  const longer = () =>
    Buffer.concat([Buffer.from(base64(key.line), 'base64'), Buffer.of(0)]).toString('base64');
  const rsa1024 =
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7zm1Yv0m1mVWgvVgqQ6fW1m2qB8Y0m6B1e8h5k8mG2T1m0k2x3w5e9b1n7r6t4y8u2i0o5p7a9s3d1f6g4h8j2k0l5z7x9c3v1b6n4m8q2w0e5r7t9y3u1i6o4p8a2s0d5f7g9h3j1k6l4z8x2c0v5b7n9m3q1w6e4r8t2y0u5i7o9p3a1s6d4f8g2h0j5k7l9w==';
  const keys: readonly (readonly [string, () => string, string])[] = [
    ['nothing', () => '', '400 request_invalid'],
    ['garbage', () => 'hello world', '400 public_key_invalid'],
    ['broken base64', () => 'ssh-ed25519 !!!!', '400 public_key_invalid'],
    ['truncated', () => `ssh-ed25519 ${truncated()}`, '400 public_key_invalid'],
    ['longer than it says', () => `ssh-ed25519 ${longer()}`, '400 public_key_invalid'],
    ['oversized', () => `ssh-ed25519 ${'A'.repeat(30_000)}`, '400 request_invalid'],
    ['of another type than it says', () => `ssh-rsa ${base64(key.line)}`, '400 public_key_invalid'],
    ['DSA', () => `ssh-dss ${base64(key.line)}`, '400 public_key_invalid'],
    ['weak RSA', () => rsa1024, '400 public_key_invalid'],
    ['a certificate', () => certificateLine, '400 public_key_invalid'],
    [
      'a certificate under a plain name',
      () => `ssh-ed25519 ${base64(certificateLine)}`,
      '400 public_key_invalid',
    ],
    ['with options', () => `command="id" ${key.line}`, '400 public_key_invalid'],
    ['two keys', () => `${key.line}\n${newKey().line}`, '400 public_key_invalid'],
    ['with a NUL', () => `${key.line}\0`, '400 public_key_invalid'],
    ['a private key', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END', '400 public_key_invalid'],
  ];

  it.each(keys)('%s', async (what, line, answer) => {
    await check({ what, as: 'bob', path: '/certificates/user', body: { publicKey: line() }, answer });
    await check({ what, as: 'bob', path: '/keys/challenges', body: { publicKey: line() }, answer });
    const proof = { publicKey: line(), challenge: 'x', signature: 'x' };
    await check({ what, as: 'bob', path: '/keys', body: proof, answer });
    const names = ['bad.acme.example'];
    const host = { publicKeys: [newKey().line, line()], names };
    await check({ what, as: 'operator', path: '/certificates/host', body: host, answer });
    // Where a key may be left out, an empty one is no key.
    const revocation = answer === '400 request_invalid' && line() === '' ? '400 public_key_invalid' : answer;
    const body = { publicKey: line(), reason: 'x' };
    await check({ what, as: 'operator', path: '/revocations', body, answer: revocation });
  });
});

describe('asking for a user certificate', () => {
  const bodies: readonly (readonly [string, object, string, string?])[] = [
    ['a ttl of zero', { ttlSeconds: 0 }, '400 request_invalid'],
    ['a negative ttl', { ttlSeconds: -60 }, '400 request_invalid'],
    ['a ttl of part of a second', { ttlSeconds: 0.5 }, '400 request_invalid'],
    ['a huge ttl', { ttlSeconds: 1e15 }, '400 request_invalid'],
    ['a ttl beyond all numbers', { ttlSeconds: 1e300 }, '400 request_invalid'],
    ['a ttl that is text', { ttlSeconds: '3600' }, '400 request_invalid'],
    ['a ttl of null', { ttlSeconds: null }, '400 request_invalid'],
    ['a ttl beyond the role', { ttlSeconds: 30_000 }, '403 request_refused', 'ttl_beyond_role'],
    ['a field that nobody knows', { principals: ['root'] }, '400 request_invalid'],
    ['a role with a newline', { role: 'web\n' }, '400 request_invalid'],
    ['a role with a NUL', { role: 'web\0' }, '400 request_invalid'],
    ['a role as a list', { role: ['web'] }, '400 request_invalid'],
    ["another organization's role", { role: 'theirs' }, '403 request_refused', 'role_not_granted'],
  ];
  for (const [what, more, answer, rule] of bodies) {
    it(what, () => {
      const body = { publicKey: key.line, ...more };
      return check({ what, as: 'bob', path: '/certificates/user', body, answer, rule });
    });
  }

  it("another organization's key", async () => {
    const body = { publicKey: foreignKey.line };
    const answer = '403 request_refused';
    await check({ what: '', as: 'bob', path: '/certificates/user', body, answer, rule: 'key_unproved' });
    const { challenge, namespace } = await org.as(bob, 'challengeKey', { body });
    const before = await org.ask('select from key_claims');
    const signature = sshsig(foreignKey, namespace, challenge);
    const got = await org.raw(bob, 'POST', '/keys', { ...body, challenge, signature });
    expect([got.status, got.json['code']]).toEqual([409, 'key_taken']);
    expect(await org.ask('select from key_claims')).toHaveLength(before.length);
  });

  it.each([
    ['spaces', 'a b'],
    ['too much', 'a'.repeat(256)],
  ])('an Idempotency-Key with %s', async (what, value) => {
    const headers = { 'idempotency-key': value };
    const body = { publicKey: key.line };
    await check({
      what,
      as: 'bob',
      path: '/certificates/user',
      body,
      headers,
      answer: '400 request_invalid',
    });
  });
});

describe('bodies', () => {
  const deep = (depth: number) => `{"publicKey":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const bodies: readonly (readonly [string, string, string])[] = [
    ['that are no JSON', '{"publicKey":', '400 body_not_json'],
    ['that are a list', '[]', '400 request_invalid'],
    ['that are null', 'null', '400 request_invalid'],
    ['nested deeply', deep(10_000), '400 body_not_json'],
    ['nested as deeply as a body may be', deep(62), '400 request_invalid'],
    ['that are too large', `"${'a'.repeat(300_000)}"`, '413 body_too_large'],
  ];
  it.each(bodies)('%s', async (what, body, answer) => {
    await check({ what, as: 'bob', path: '/certificates/user', body, answer });
  });
  it('of another media type', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = '415 content_type_unsupported';
    await check({ what: '', as: 'bob', path: '/certificates/user', body: 'x', headers, answer });
  });
});

describe('roles', () => {
  const logins: readonly (readonly [string, string])[] = [
    ['a comma', 'root,admin'],
    ['a space', 'web admin'],
    ['a glob', '*'],
    ['a question mark', 'web?'],
    ['a slash', '../../etc/passwd'],
    ['a leading dash', '-oProxyCommand=id'],
    ['a dollar sign', '$USER'],
    ['a newline', 'root\nadmin'],
    ['a NUL', 'root\0'],
    ['a quote', 'root"'],
    ['a colon', 'role:web'],
    ['nothing', ''],
    ['half of a surrogate pair', 'a\ud800'],
  ];
  const definition = { name: 'bad', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
  const create = (what: string, more: object, answer: string, rule?: string) =>
    check({
      what,
      as: 'owner',
      path: '/roles',
      body: { ...definition, ...more },
      answer,
      rule,
    });

  it.each(logins)('a login with %s', (what, login) =>
    create(what, { logins: ['deploy', login] }, '422 role_invalid', 'login_invalid'),
  );
  const fields: readonly (readonly [string, object, string, string?])[] = [
    ['no logins', { logins: [] }, '400 request_invalid'],
    ['too many logins', { logins: Array.from({ length: 257 }, (_, n) => `u${n}`) }, '400 request_invalid'],
    ['a login twice', { logins: ['www', 'www'] }, '422 role_invalid', 'login_repeated'],
    ['principals of another kind', { principals: 'everybody' }, '400 request_invalid'],
    ['no hosts for a role of hosts', { principals: 'role' }, '422 role_invalid', 'selector_missing'],
    ['an empty selector', { principals: 'role', selector: {} }, '422 role_invalid', 'selector_missing'],
    ['hosts for logins', { selector: { env: 'prod' } }, '422 role_invalid', 'selector_unexpected'],
    [
      'a label that is none',
      { principals: 'role', selector: { env: 'a b' } },
      '422 role_invalid',
      'labels_invalid',
    ],
    ['no principals', { principals: undefined }, '400 request_invalid'],
    ['a ttl of zero', { maxTtlSeconds: 0 }, '400 request_invalid'],
    ['a negative ttl', { maxTtlSeconds: -1 }, '400 request_invalid'],
    ['an endless ttl', { maxTtlSeconds: 2 ** 63 }, '400 request_invalid'],
    ['an unknown extension', { extensions: ['permit-everything'] }, '422 role_invalid', 'extension_unknown'],
    [
      'an extension twice',
      { extensions: ['permit-pty', 'permit-pty'] },
      '422 role_invalid',
      'extension_repeated',
    ],
    ['an unknown critical option', { criticalOptions: { permitAll: true } }, '400 request_invalid'],
    ['no source addresses', { criticalOptions: { sourceAddress: [] } }, '400 request_invalid'],
    [
      'a broken source address',
      { criticalOptions: { sourceAddress: ['10.0.0.0/33'] } },
      '422 role_invalid',
      'source_address_invalid',
    ],
    [
      'a command with a NUL',
      { criticalOptions: { forceCommand: 'id\0' } },
      '422 role_invalid',
      'force_command_invalid',
    ],
    [
      'a key id with an unknown field',
      { keyIdTemplate: '{password}' },
      '422 role_invalid',
      'key_id_field_unknown',
    ],
    [
      'a key id of somebody else',
      { keyIdTemplate: 'bo@globex/web' },
      '422 role_invalid',
      'key_id_without_user',
    ],
    ['a key id with a space', { keyIdTemplate: 'a b' }, '422 role_invalid', 'key_id_unrepresentable'],
    ['a key id with a newline', { keyIdTemplate: '{user}\nx' }, '422 role_invalid', 'key_id_unrepresentable'],
    ['an empty key id', { keyIdTemplate: '' }, '400 request_invalid'],
    ['DSA keys', { keyTypes: ['ssh-dss'] }, '422 role_invalid', 'key_type_unknown'],
    ['no key types', { keyTypes: [] }, '400 request_invalid'],
    ['a name with a slash', { name: 'a/b' }, '400 request_invalid'],
    ['a field that nobody knows', { hosts: '*' }, '400 request_invalid'],
  ];
  for (const [what, more, answer, rule] of fields) it(what, () => create(what, more, answer, rule));
});

describe('host names', () => {
  it.each([
    ['a comma', 'a.acme.example,github.com'],
    ['a space', 'a .acme.example'],
    ['a wildcard', '*.acme.example'],
    ['a slash', 'a/b.acme.example'],
    ['a leading dash', '-a.acme.example'],
    ['a dollar sign', '$a.acme.example'],
    ['a newline', 'a\n.acme.example'],
    ['a NUL', 'a\0.acme.example'],
    ['an upper-case letter', 'A.acme.example'],
    ['a trailing dot', 'a.acme.example.'],
    ['an address', '10.0.0.1'],
    ['an exclamation mark', '!a.acme.example'],
  ])('with %s', (what, name) =>
    check({
      what,
      as: 'operator',
      path: '/certificates/host',
      body: { publicKeys: [newKey().line], names: ['good.acme.example', name] },
      answer: '403 request_refused',
      rule: 'name_invalid',
    }),
  );
  it.each([
    ['none', [], '400 request_invalid', undefined],
    ['one twice', ['a.acme.example', 'a.acme.example'], '403 request_refused', 'name_repeated'],
    ["another organization's", ['a.other.example'], '403 request_refused', 'name_outside_organization'],
    [
      'too many',
      Array.from({ length: 65 }, (_, n) => `h${n}.acme.example`),
      '400 request_invalid',
      undefined,
    ],
  ])('%s', (what, names, answer, rule) =>
    check({
      what,
      as: 'operator',
      path: '/certificates/host',
      body: { publicKeys: [newKey().line], names },
      answer,
      rule,
    }),
  );
});

describe('revocations', () => {
  const bodies: readonly (readonly [string, object, string])[] = [
    ['of nothing', { reason: 'x' }, '400 request_invalid'],
    ['of two things', { user: 'bob', certificates: ['user:1'], reason: 'x' }, '400 request_invalid'],
    ['of no certificates', { certificates: [], reason: 'x' }, '400 request_invalid'],
    [
      'of too many',
      { certificates: Array.from({ length: 1001 }, () => 'user:1'), reason: 'x' },
      '400 request_invalid',
    ],
    ['of serial 0', { certificates: ['user:0'], reason: 'x' }, '400 request_invalid'],
    [
      'of a serial beyond all',
      { certificates: ['user:9223372036854775808'], reason: 'x' },
      '422 revocation_invalid',
    ],
    [
      'of a serial that is none',
      { certificates: ['user:1; drop table users'], reason: 'x' },
      '400 request_invalid',
    ],
    [
      "of another organization's certificate",
      { certificates: ['user:4711'], reason: 'x' },
      '422 revocation_invalid',
    ],
    ["of another organization's user", { user: 'stranger', reason: 'x' }, '404 not_found'],
    ['without a reason', { user: 'bob' }, '400 request_invalid'],
    ['with a blank reason', { user: 'bob', reason: '  ' }, '400 request_invalid'],
    ['with a NUL in the reason', { user: 'bob', reason: 'a\0b' }, '400 request_invalid'],
    ['with two lines of reason', { user: 'bob', reason: 'a\nb' }, '400 request_invalid'],
    ['with half a surrogate pair', { user: 'bob', reason: 'a\ud800' }, '400 request_invalid'],
    ['with a reason as long as a book', { user: 'bob', reason: 'a'.repeat(501) }, '400 request_invalid'],
    [
      'of a serial of 2^64',
      { certificates: ['user:18446744073709551616'], reason: 'x' },
      '400 request_invalid',
    ],
    ['of the role of another organization', { role: 'theirs', reason: 'x' }, '404 not_found'],
    ['of a group that is none', { group: 'theirs', reason: 'x' }, '404 not_found'],
    ['of a person as a service account', { serviceAccount: 'bob', reason: 'x' }, '404 not_found'],
    ['of a stranger as a service account', { serviceAccount: 'stranger', reason: 'x' }, '404 not_found'],
    ['of a host with a line break', { host: 'web\n1', reason: 'x' }, '400 request_invalid'],
    ['of a host that is none', { host: 'web-9.acme.example', reason: 'x' }, '404 not_found'],
    ['of half a fingerprint', { authority: 'SHA256:other', reason: 'x' }, '400 request_invalid'],
    ['of half a key', { publicKey: 'SHA256:other', reason: 'x' }, '400 public_key_invalid'],
  ];
  it.each(bodies)('%s', (what, body, answer) =>
    check({ what, as: 'operator', path: '/revocations', body, answer }),
  );
});

describe('names and pages in addresses', () => {
  const addresses: readonly (readonly [string, string, string, string])[] = [
    ['a user in capitals', 'GET', '/users/ANA', '400 request_invalid'],
    ['a user with a slash', 'GET', '/users/..%2fana', '400 request_invalid'],
    ['a user with a NUL', 'GET', '/users/ana%00', '400 request_invalid'],
    ['a broken escape', 'GET', '/users/%zz', '400 request_invalid'],
    ["another organization's user", 'POST', '/users/stranger/disable', '404 not_found'],
    ["another organization's role", 'GET', '/roles/theirs', '404 not_found'],
    ["another organization's certificate", 'GET', '/certificates/user:4711', '404 not_found'],
    ['a certificate that is none', 'GET', '/certificates/user:0', '400 request_invalid'],
    ['a certificate beyond all', 'GET', '/certificates/user:9999999999999999999', '404 not_found'],
    ['a page of none', 'GET', '/users?limit=0', '400 request_invalid'],
    ['a page of too many', 'GET', '/users?limit=501', '400 request_invalid'],
    ['a page of part of one', 'GET', '/users?limit=1.5', '400 request_invalid'],
    ['a question that nobody knows', 'GET', '/users?sort=name', '400 request_invalid'],
    ['an event kind with a NUL', 'GET', '/events?kind=%00', '400 request_invalid'],
    ['a time that is none', 'GET', '/events?since=yesterday', '400 request_invalid'],
  ];
  it.each(addresses)('%s', (what, method, path, answer) =>
    check({ what, as: 'owner', method, path, answer }),
  );

  const lists = ['/users', '/roles', '/keys', '/certificates', '/authorities', '/events'];
  it.each(lists)('cursors that %s never gave', async (list) => {
    const shaped = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const name = list.slice(1);
    for (const cursor of [
      'x',
      '',
      shaped('other', 'x'),
      shaped(name),
      shaped(name, 17),
      shaped(name, '\0', '\0', '\0'),
      shaped(name, "2026-01-01T00:00:00.000Z'; drop", 'x', '-1'),
      shaped(name, '99999999999999999999', '1'),
      shaped(name, '-000001-01-01T00:00:00.000Z', 'SHA256:', '1'),
    ]) {
      const path = `${list}?cursor=${encodeURIComponent(cursor)}`;
      await check({ what: cursor, as: 'owner', method: 'GET', path, answer: '400 cursor_invalid' });
    }
  });

  it.each(['other00000000000', 'none000000000000', 'A%00', 'x'])(
    'another organization, by its own handle or by what is none: %s',
    async (handle) => {
      const answer = await fetch(`${org.url}/v1/organizations/${handle}/users`, {
        headers: { authorization: `Bearer ${operator.token}` },
      });
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not_found' }]);
    },
  );
});

describe('users', () => {
  it.each([
    ['in capitals', { name: 'Ana' }],
    ['with a space', { name: 'a b' }],
    ['with a newline', { name: 'ana\n' }],
    ['with a slash', { name: 'a/b' }],
    ['too long', { name: 'a'.repeat(129) }],
    ['in a role whose name is none', { name: 'x', administrativeRole: 'a god' }],
    ['with a field that nobody knows', { name: 'x', password: 'secret' }],
  ])('%s', (what, body) => check({ what, as: 'owner', path: '/users', body, answer: '400 request_invalid' }));

  it('in an administrative role that there is not', () => {
    const body = { name: 'x', administrativeRole: 'god' };
    return check({ what: 'god', as: 'owner', path: '/users', body, answer: '404 not_found' });
  });
});
