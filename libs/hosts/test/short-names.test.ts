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
  it('are what they are within one where there is but one', () => {
    const acme = within(['web-1.acme.example']);
    expect(shortNamesAmong([acme])).toBe(acme);
    expect([...shortNamesAmong([])]).toEqual([]);
  });

  it('drop what means a host in two of them', () => {
    const acme = within(['web-1.acme.example', 'db.acme.example']);
    const globex = within(['web-1.globex.example'], 'globex', '*.globex.example');
    expect(Object.fromEntries(shortNamesAmong([acme, globex]))).toEqual({
      'web-1.acme.example': ['web-1.acme'],
      'db.acme.example': ['db', 'db.acme'],
      'web-1.globex.example': ['web-1.globex'],
    });
  });
});
