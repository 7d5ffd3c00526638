import fc from 'fast-check';
import { formatPublicKeyLine, parsePublicKeyLine } from '../../src/key/index.js';
import { codeOf } from '../coded.js';
import { vectors } from '../vectors.js';

const [vector] = vectors<readonly { line: string }[]>('keys/public.json');
const line = vector?.line ?? '';
const [type = '', encoded = ''] = line.split(' ');
const { key } = parsePublicKeyLine(line);
const hostile = vectors<readonly { code: string; name: string; line: string }[]>('keys/hostile-lines.json');

describe('a public key line', () => {
  it.each([
    ['nothing around the key', `${type} ${encoded}`, '', ''],
    ['blanks everywhere', ` \t ${type}  \t${encoded} \t `, '', ''],
    ['a comment with inner blanks', `${type} ${encoded}  anna  at\twork `, '', 'anna  at\twork'],
    ['a CRLF line end', `${type} ${encoded} x\r\n`, '', 'x'],
    ['options', `no-pty,from="a b" ${type} ${encoded} x`, 'no-pty,from="a b"', 'x'],
    ['an escaped quote', `command="echo \\"a b\\"" ${type} ${encoded}`, 'command="echo \\"a b\\""', ''],
    ['a backslash before another letter', `command="a\\n b" ${type} ${encoded}`, 'command="a\\n b"', ''],
    ['the cert-authority option', `cert-authority ${type} ${encoded}`, 'cert-authority', ''],
    ['a key type inside quotes', `command="${type} x" ${type} ${encoded}`, `command="${type} x"`, ''],
    ['a comment beyond ASCII', `${type} ${encoded} Änna 安娜`, '', 'Änna 安娜'],
  ])('reads %s', (_name, text, options, comment) => {
    expect(parsePublicKeyLine(text)).toEqual({ options, key, comment });
  });

  it.each(hostile)('is refused with $code: $name', ({ code, line: text }) => {
    expect(codeOf(() => parsePublicKeyLine(text))).toBe(code);
  });

  it.each([
    ['a line break in the comment', { comment: 'a\nb' }],
    ['a comment that begins with a blank', { comment: ' a' }],
    ['a comment that ends with a tab', { comment: 'a\t' }],
    ['a line break in the options', { options: 'no-pty\n' }],
    ['options with a blank outside quotes', { options: 'no-pty x' }],
    ['options that begin with a blank', { options: ' no-pty' }],
    ['options whose quote never ends', { options: 'command="x' }],
    ['options that are a key type', { options: 'ssh-rsa' }],
    ['options that are DSA', { options: 'ssh-dss' }],
    ['options that are a certificate type', { options: 'ssh-ed25519-cert-v01@openssh.com' }],
  ])('is not written with %s', (_name, parts) => {
    expect(codeOf(() => formatPublicKeyLine({ key, ...parts }))).toBe('key_line_malformed');
  });

  it('reads back as what was written, or is not written', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab ,="\\\t\nä') });
    fc.assert(
      fc.property(text, text, (options, comment) => {
        let written: string;
        try {
          written = formatPublicKeyLine({ options, key, comment });
        } catch {
          return;
        }
        expect(parsePublicKeyLine(written)).toEqual({ options, key, comment });
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
  });
});
