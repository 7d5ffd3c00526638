import { namePattern } from '@writ/openssh/trust';
import { shortNamesAmong, shortNamesWithin } from '../src/index.js';

const within = (names: readonly string[], organizationName = 'acme', pattern = '*.acme.example') =>
  shortNamesWithin({ organizationName, namePatterns: [namePattern(pattern)], names });

describe('short names within an organization', () => {
  it('are the first label and what is below the suffix, with the organization’s name behind it or not', () => {
    const { namePatterns } = { namePatterns: [namePattern('*.acme.example'), namePattern('*.acme.test')] };
    const names = ['web-1.acme.example', 'db.eu.acme.example', 'other.acme.test'];
    expect(Object.fromEntries(shortNamesWithin({ organizationName: 'acme', namePatterns, names }))).toEqual({
      'web-1.acme.example': ['web-1', 'web-1.acme'],
      'db.eu.acme.example': ['db', 'db.acme', 'db.eu', 'db.eu.acme'],
      'other.acme.test': ['other', 'other.acme'],
    });
  });

  it('mean one host alone', () => {
    expect(Object.fromEntries(within(['web.eu.acme.example', 'web.us.acme.example']))).toEqual({
      'web.eu.acme.example': ['web.eu', 'web.eu.acme'],
      'web.us.acme.example': ['web.us', 'web.us.acme'],
    });
  });

  it('are never what another host is called in full', () => {
    const names = ['web', 'web.acme.example', 'web.acme'];
    expect(
      shortNamesWithin({ organizationName: 'acme', namePatterns: [namePattern('web')], names }).get(
        'web.acme.example',
      ),
    ).toEqual([]);
  });

  it('do not read as an address or as this machine', () => {
    expect(
      Object.fromEntries(within(['10.acme.example', '10.1.acme.example', 'localhost.acme.example'])),
    ).toEqual({
      '10.acme.example': [],
      '10.1.acme.example': ['10.1.acme'],
      'localhost.acme.example': ['localhost.acme'],
    });
  });
});

describe('short names among several organizations', () => {
  const acme = within(['web-1.acme.example', 'db.acme.example', 'ns.eu.acme.example', 'ns.us.acme.example']);
  const globex = within(
    ['web-1.globex.example', 'mail.globex.example', 'ns.globex.example', 'nas.globex.example'],
    ...(['globex', '*.globex.example'] as const),
  );

  it('are what they are within one where there is but one', () => {
    expect(shortNamesAmong(acme, [acme])).toBe(acme);
    expect([...shortNamesAmong(acme, [])]).toEqual([]);
  });

  it('are first those of somebody’s own one, reached or not, also where they mean two hosts there', () => {
    const reached = new Map([...acme].filter(([name]) => !name.startsWith('db.')));
    const db = within(['db.globex.example'], 'globex', '*.globex.example');
    expect(Object.fromEntries(shortNamesAmong(acme, [reached, new Map([...globex, ...db])]))).toEqual({
      'web-1.acme.example': ['web-1', 'web-1.acme'],
      'ns.eu.acme.example': ['ns.eu', 'ns.eu.acme'],
      'ns.us.acme.example': ['ns.us', 'ns.us.acme'],
      'web-1.globex.example': ['web-1.globex'],
      'mail.globex.example': ['mail', 'mail.globex'],
      'ns.globex.example': ['ns.globex'],
      'nas.globex.example': ['nas', 'nas.globex'],
      'db.globex.example': ['db.globex'],
    });
  });

  it('drop what means a host in two other ones, or is the full name of one', () => {
    const initech = within(['nas.initech.example'], 'initech', '*.initech.example');
    const web = within(['web-1'], 'web', 'web-1');
    const among = shortNamesAmong(acme, [acme, globex, initech, web]);
    expect(among.get('nas.globex.example')).toEqual(['nas.globex']);
    expect(among.get('nas.initech.example')).toEqual(['nas.initech']);
    expect(among.get('web-1.acme.example')).toEqual(['web-1.acme']);
  });
});
