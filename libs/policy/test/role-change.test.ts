import { login } from '@writ/openssh/trust';
import { roleChange, type DefinedRole, type RoleChange } from '../src/index.js';
import { role } from './given.js';

const byLogins: DefinedRole = role({ keyTypes: ['ssh-ed25519'], extensions: ['permit-pty'] });
const onHosts: DefinedRole = { ...byLogins, principals: 'role', selector: { env: 'prod', tier: 'web' } };

const same: RoleChange = { widens: false, ends: 'none', command: 'none' };
const gives = (
  widens: boolean,
  ends: RoleChange['ends'],
  command: RoleChange['command'] = 'none',
): RoleChange => ({ widens, ends, command });
const logins = (...names: string[]) => ({ logins: names.map((name) => login(name)) });

type Case = readonly [string, Partial<DefinedRole>, Partial<DefinedRole>, RoleChange];

const ofBoth: readonly Case[] = [
  ['nothing', {}, {}, same],
  ['the text for logs', {}, { keyIdTemplate: '{user}' }, same],
  ['the order of its lists', logins('root', 'deploy'), logins('deploy', 'root'), same],
  ['more time', {}, { maxTtlSeconds: 7200 }, gives(true, 'none')],
  ['less time', {}, { maxTtlSeconds: 60 }, gives(false, 'longer')],
  ['sessions that end', {}, { maxSessionSeconds: 3600 }, same],
  ['shorter sessions', { maxSessionSeconds: 7200 }, { maxSessionSeconds: 3600 }, same],
  ['longer sessions', { maxSessionSeconds: 3600 }, { maxSessionSeconds: 7200 }, gives(true, 'none')],
  ['endless sessions', { maxSessionSeconds: 3600 }, {}, gives(true, 'none')],
  ['another extension', {}, { extensions: ['permit-pty', 'permit-user-rc'] }, gives(true, 'none')],
  ['no extensions', {}, { extensions: [] }, gives(false, 'all')],
  ['another key type', {}, { keyTypes: ['ssh-ed25519', 'ssh-rsa'] }, gives(true, 'none')],
  ['another key type alone', {}, { keyTypes: ['ssh-rsa'] }, gives(true, 'all')],
  ['one command', {}, { criticalOptions: { forceCommand: 'uptime' } }, gives(false, 'all', 'chosen')],
  [
    'the same command for longer',
    { criticalOptions: { forceCommand: 'uptime' } },
    { criticalOptions: { forceCommand: 'uptime' }, maxTtlSeconds: 7200 },
    gives(true, 'none', 'kept'),
  ],
  ['every command', { criticalOptions: { forceCommand: 'uptime' } }, {}, gives(true, 'none')],
  [
    'another command',
    { criticalOptions: { forceCommand: 'uptime' } },
    { criticalOptions: { forceCommand: 'sh' } },
    gives(true, 'all', 'chosen'),
  ],
  ['one network', {}, { criticalOptions: { sourceAddress: ['10.0.0.0/8'] } }, gives(false, 'all')],
  ['every network', { criticalOptions: { sourceAddress: ['10.0.0.0/8'] } }, {}, gives(true, 'none')],
  [
    'one network more',
    { criticalOptions: { sourceAddress: ['10.0.0.0/8'] } },
    { criticalOptions: { sourceAddress: ['10.0.0.0/8', '192.0.2.0/24'] } },
    gives(true, 'none'),
  ],
  [
    'one network less',
    { criticalOptions: { sourceAddress: ['10.0.0.0/8', '192.0.2.0/24'] } },
    { criticalOptions: { sourceAddress: ['10.0.0.0/8'] } },
    gives(false, 'all'),
  ],
  ['a user who was checked', {}, { criticalOptions: { verifyRequired: true } }, gives(false, 'all')],
  ['a user who was not checked', { criticalOptions: { verifyRequired: true } }, {}, gives(true, 'none')],
];

describe.each([
  ['good on hosts that it chooses', onHosts],
  ['by logins', byLogins],
])('a role %s is given', (_, given) => {
  it.each(ofBoth)('%s', (_name, before, after, change) => {
    expect(roleChange({ ...given, ...before }, { ...given, ...after })).toEqual(change);
  });
});

describe('a role', () => {
  const cases: readonly (readonly [string, DefinedRole, Partial<DefinedRole>, RoleChange])[] = [
    ['on hosts: another login', onHosts, logins('root', 'deploy', 'www'), gives(true, 'none')],
    // The hosts are told who may be whom: nothing in a certificate says it.
    ['on hosts: one login less', onHosts, logins('root'), gives(false, 'none')],
    ['by logins: one login less', byLogins, logins('root'), gives(false, 'all')],
    ['by logins: another login in its place', byLogins, logins('root', 'www'), gives(true, 'all')],
    ['fewer labels asked for', onHosts, { selector: { env: 'prod' } }, gives(true, 'none')],
    [
      'more labels asked for',
      onHosts,
      { selector: { env: 'prod', tier: 'web', zone: 'a' } },
      gives(false, 'none'),
    ],
    ['another value asked for', onHosts, { selector: { env: 'test', tier: 'web' } }, gives(true, 'none')],
    [
      'good wherever the CA is trusted',
      onHosts,
      { principals: 'logins', selector: null },
      gives(true, 'all'),
    ],
    ['on hosts from now on', byLogins, { principals: 'role', selector: { env: 'prod' } }, gives(true, 'all')],
  ];
  it.each(cases)('%s', (_, before, after, change) => {
    expect(roleChange(before, { ...before, ...after })).toEqual(change);
  });
});
