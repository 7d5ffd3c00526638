import type { Explanation } from '@writ/contract';
import { pieces, type Line } from '../src/terminal/text.js';
import { describeExplanation } from '../src/view/explanation.js';

const role = (name: string, keyTypes: string[]): Explanation['roles'][number] => ({
  ...{ name, handle: name.repeat(16).slice(0, 16), maxTtlSeconds: 3600, paths: [] },
  ...{ forceCommand: null, sourceAddress: null, keyTypes },
});
const yes = (...roles: Explanation['roles']): Explanation => ({
  ...{ user: 'ana', host: 'web-1.acme.example', login: 'root', allowed: true, roles },
  ...{ failures: [], waiting: [], warnings: [], rolesByLogins: [] },
});
const plain = (line: Line) =>
  pieces(line)
    .map((piece) => (typeof piece === 'string' ? piece : piece.text))
    .join('');
const said = (explanation: Explanation, ssh: { keyType: string | null; offered: string | null }) =>
  describeExplanation(explanation, ssh).map(plain).join('\n');

describe('writ explain', () => {
  const [web, wide] = [role('web', ['ssh-ed25519']), role('wide', ['ssh-rsa', 'ssh-ed25519'])];

  it('says whose certificate ssh offers, where it might be another’s', () => {
    expect(said(yes(web, wide), { keyType: null, offered: 'wide' })).toContain(
      '\n  plain ssh offers the certificate of wide',
    );
    expect(said(yes(web), { keyType: null, offered: 'web' })).not.toContain('plain ssh');
    expect(said(yes(web, wide), { keyType: null, offered: null })).not.toContain('plain ssh');
  });

  it('says which role has no certificate for the key that ssh has', () => {
    const text = said(yes(web, wide), { keyType: 'ssh-rsa', offered: 'wide' });
    expect(text).toMatch(
      /mind: the role web has certificates for keys of ssh-ed25519 only, .* is of ssh-rsa;/,
    );
    expect(text).not.toMatch(/mind: the role wide/);
    for (const keyType of ['ssh-ed25519', null])
      expect(said(yes(web, wide), { keyType, offered: null })).not.toContain('mind:');
  });
});
