import { readFileSync } from 'node:fs';
import { knownHostsCertAuthorityLine, parseKnownHostsCertAuthorityLine } from '../../src/trust/index.js';
import { codeOf } from '../coded.js';

interface Vector {
  readonly code?: string;
  readonly name: string;
  readonly line: string;
}

function vectors(name: string): readonly Vector[] {
  const text = readFileSync(new URL(`../../../../test/vectors/trust/${name}`, import.meta.url), 'utf8');
  return JSON.parse(text) as readonly Vector[];
}

describe('a known_hosts @cert-authority line', () => {
  it.each(vectors('known-hosts.json'))('is read and written as the same line: $name', ({ line }) => {
    expect(knownHostsCertAuthorityLine(parseKnownHostsCertAuthorityLine(line))).toBe(line);
  });

  it.each(vectors('hostile-known-hosts.json'))('is refused, $code: $name', ({ code, line }) => {
    expect(codeOf(() => parseKnownHostsCertAuthorityLine(line))).toBe(code);
  });
});
