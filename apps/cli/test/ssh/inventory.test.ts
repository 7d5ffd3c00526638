import type { Reach } from '@writ/contract';
import { trustedInventory } from '../../src/ssh/inventory.js';

type Organization = Reach['organizations'][number];
type Host = Organization['hosts'][number];

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEX+R45YjMopX7iCjFDkAQEKPb6XMf2vQzLLaIjWwHBb';
const host = (name: string, change: Partial<Host> = {}): Host => ({
  ...{ name, shortNames: [], roles: ['web'], address: null, port: null, jump: null },
  ...change,
});
function organization(
  name: string,
  hosts: readonly Host[],
  change: Partial<Organization> = {},
): Organization {
  const [letter = 'x'] = name;
  return {
    handle: letter.repeat(16),
    name,
    namePatterns: [`*.${name}.example`],
    knownHosts: `@cert-authority *.${name}.example ${key}\n`,
    roles: [
      {
        name: 'web',
        handle: letter.toUpperCase().toLowerCase().repeat(16),
        principals: 'role',
        logins: ['root'],
        maxTtlSeconds: 60,
      },
    ],
    hosts: [...hosts],
    ...change,
  };
}
const judge = (
  organizations: readonly Organization[],
  configured: readonly string[] = [],
  known: readonly string[] = [],
) =>
  trustedInventory({ organizations: [...organizations] }, 'a'.repeat(16), {
    configured: (name) => configured.includes(name),
    known: (name) => known.includes(name),
  });
const namesOf = (...given: Parameters<typeof judge>) =>
  judge(...given).organizations.flatMap(({ hosts }) => hosts.map(({ names }) => names));

describe('what ssh is told of a service’s answer', () => {
  it('is all of an answer that is as it should be', () => {
    const { organizations, leftOut } = judge([
      organization('acme', [
        host('web-1.acme.example', { shortNames: ['web-1', 'web-1.acme'], address: '192.0.2.7', port: 2222 }),
        host('db.eu.acme.example', { shortNames: ['db.eu.acme'], jump: 'web-1.acme.example' }),
      ]),
    ]);
    expect(leftOut).toEqual([]);
    expect(organizations).toMatchObject([
      {
        handle: 'aaaaaaaaaaaaaaaa',
        knownHosts: `@cert-authority *.acme.example ${key}\n`,
        hosts: [
          {
            names: ['web-1.acme.example', 'web-1', 'web-1.acme'],
            address: '192.0.2.7',
            port: 2222,
            jump: null,
          },
          {
            names: ['db.eu.acme.example', 'db.eu.acme'],
            address: 'db.eu.acme.example',
            jump: 'web-1.acme.example',
          },
        ],
      },
    ]);
  });

  it.each([
    ['a name of somebody else', { name: 'github.com' }],
    ['a name with a pattern', { name: '*.acme.example' }],
    ['a name with a line break', { name: 'x.acme.example\nProxyCommand y' }],
    ['an address outside', { address: 'github.com' }],
    ['an address that is an option', { address: '-oProxyCommand=y' }],
    ['a jump host outside', { jump: 'github.com' }],
    ['a jump host with a login', { jump: 'root@web-1.acme.example' }],
    ['a port that is none', { port: 0 }],
  ])('leaves out a host with %s, and keeps the others', (_what, change) => {
    const good = host('web-1.acme.example');
    const { organizations, leftOut } = judge([
      organization('acme', [good, host('web-2.acme.example', change)]),
    ]);
    expect(organizations.flatMap(({ hosts }) => hosts.map(({ name }) => name))).toEqual([
      'web-1.acme.example',
    ]);
    expect(leftOut).toHaveLength(1);
  });

  it.each([
    ['a host CA for everything', { knownHosts: `@cert-authority *.example ${key}\n` }],
    ['a host CA for another', { knownHosts: `@cert-authority github.com ${key}\n` }],
    ['a line that is no host CA', { knownHosts: `*.acme.example ${key}\n` }],
    ['a pattern for everything', { namePatterns: ['*'] }],
    ['names of another', { namePatterns: ['*.acme.example', '*.eu.globex.example'] }],
    ['a handle that is a path', { handle: '../../../../.ssh' }],
    ['a handle of another', { handle: 'g'.repeat(16) }],
    [
      'a role whose handle is a path',
      { roles: [{ name: 'web', handle: '../x', principals: 'role' as const, logins: [], maxTtlSeconds: 1 }] },
    ],
    [
      'a login that is an option',
      {
        roles: [
          {
            name: 'web',
            handle: 'a'.repeat(16),
            principals: 'role' as const,
            logins: ['-x'],
            maxTtlSeconds: 1,
          },
        ],
      },
    ],
  ])('leaves out an organization with %s, and keeps the others', (_what, change) => {
    const globex = organization('globex', [host('web-1.globex.example')]);
    const { organizations, leftOut } = judge([
      globex,
      organization('acme', [host('web-1.acme.example')], change),
    ]);
    expect(organizations.map(({ name }) => name)).toEqual(['globex']);
    expect(leftOut).toHaveLength(1);
  });

  it.each([
    ['a name with a dot that an organization could choose', 'github.com.acme.example', 'github.com'],
    ['the machine itself', 'localhost.acme.example', 'localhost'],
    ['a name of another host', 'web-1.acme.example', 'web-2'],
    ['a pattern', 'web-1.acme.example', 'web-*'],
    ['what is no name', 'web-1.acme.example', '-web'],
  ])('takes no short name that is %s', (_what, name, short) => {
    expect(namesOf([organization('acme', [host(name, { shortNames: [short] })])])).toEqual([[name]]);
  });

  it('takes no short name that is within another organization’s names', () => {
    // Of an organization that is named like the end of theirs.
    const lab = {
      namePatterns: ['*.hosts.lab.example'],
      knownHosts: `@cert-authority *.hosts.lab.example ${key}\n`,
    };
    const shortNames = ['db', 'db.acme.example'];
    const example = organization('example', [host('db.acme.hosts.lab.example', { shortNames })], lab);
    expect(namesOf([organization('acme', [host('web.acme.example')]), example])).toEqual([
      ['web.acme.example'],
      ['db.acme.hosts.lab.example', 'db'],
    ]);
  });

  const nas = (name: string) =>
    organization(name, [host(`nas.${name}.example`, { shortNames: ['nas', `nas.${name}`] })]);

  it('leaves a name to the user’s own configuration', () => {
    for (const name of ['acme', 'globex'])
      expect(namesOf([nas(name)], ['nas'])).toEqual([[`nas.${name}.example`, `nas.${name}`]]);
  });

  it('gives a name to the user’s own organization, whatever others call their hosts', () => {
    const expected = [
      ['nas.acme.example', 'nas', 'nas.acme'],
      ['nas.globex.example', 'nas.globex'],
    ];
    expect(namesOf([nas('acme'), nas('globex')])).toEqual(expected);
    expect(namesOf([nas('globex'), nas('acme')])).toEqual(expected.reverse());
    // Also where the service says that it means two of its own, or the user keeps it.
    const unsaid = organization('acme', [host('nas.acme.example')]);
    expect(namesOf([unsaid, nas('globex')])).toEqual([
      ['nas.acme.example'],
      ['nas.globex.example', 'nas.globex'],
    ]);
  });

  it('gives a name to nobody where two other organizations have it', () => {
    expect(namesOf([nas('globex'), nas('initech')])).toEqual([
      ['nas.globex.example', 'nas.globex'],
      ['nas.initech.example', 'nas.initech'],
    ]);
    expect(namesOf([nas('globex')])).toEqual([['nas.globex.example', 'nas', 'nas.globex']]);
  });

  it('gives a name that means something on this machine to the user’s own organization alone', () => {
    expect(namesOf([nas('acme')], [], ['nas'])).toEqual([['nas.acme.example', 'nas', 'nas.acme']]);
    expect(namesOf([nas('globex')], [], ['nas'])).toEqual([['nas.globex.example', 'nas.globex']]);
  });

  it('goes round no circle of jump hosts', () => {
    const [a, b, c] = ['a.acme.example', 'b.acme.example', 'c.acme.example'] as const;
    const hosts = [host(a, { jump: b }), host(b, { jump: a }), host(c, { jump: c })];
    const { organizations } = judge([organization('acme', hosts)]);
    expect(organizations.flatMap(({ hosts }) => hosts.map(({ jump }) => jump))).toEqual([null, null, null]);
    const chain = [host(a, { jump: b }), host(b, { jump: c }), host(c)];
    expect(judge([organization('acme', chain)]).organizations[0]?.hosts.map(({ jump }) => jump)).toEqual([
      b,
      c,
      null,
    ]);
  });
});
