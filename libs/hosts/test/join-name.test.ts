import { hostName } from '@writ/openssh/trust';
import { joinName, joinNameCovers } from '../src/index.js';

describe('the names that a join token is for', () => {
  it.each(['web-1.acme.example', 'web-*.acme.example', '*.acme.example', 'web*x.acme.example', 'web-1'])(
    'may be %s',
    (text) => {
      expect(joinName(text)).toBe(text);
    },
  );

  it.each([
    '',
    '*',
    'web-*-*.acme.example',
    'web.*.example',
    '*.*',
    'Web.acme.example',
    'a b',
    'web-*.acme.*',
    '-*.x',
    'a\n',
  ])('may not be %j', (text) => {
    expect(() => joinName(text)).toThrow(expect.objectContaining({ code: 'join_name_invalid' }) as Error);
  });

  it.each([
    ['web-1.acme.example', 'web-1.acme.example', true],
    ['web-1.acme.example', 'web-2.acme.example', false],
    ['web-*.acme.example', 'web-17.acme.example', true],
    ['web-*.acme.example', 'web-.acme.example', false],
    ['web-*.acme.example', 'web-a.b.acme.example', false],
    ['web-*.acme.example', 'xweb-1.acme.example', false],
    ['*.acme.example', 'db.acme.example', true],
    ['*.acme.example', 'acme.example', false],
    ['*.acme.example', 'dbxacme.example', false],
  ])('%s covers %s: %s', (pattern, name, covered) => {
    // A name like web-.acme.example is no host name at all; the pattern must not cover it either.
    const asked = name.includes('-.') ? (name as ReturnType<typeof hostName>) : hostName(name);
    expect(joinNameCovers(joinName(pattern), asked)).toBe(covered);
  });
});
