import { createHash } from 'node:crypto';
import { base64Lines, changedPart, changesHead, krlNamespace, krlStatement } from '../src/index.js';

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

describe('what has changed for a host', () => {
  it('says of each part its name, its bytes and their digest, in order', () => {
    const parts = [changedPart('bundle', Buffer.from('ünd\n')), changedPart('krl', Buffer.from('AAAA\n'))];
    expect(changesHead(parts)).toBe(
      `writ-changes 1\nbundle 5 ${sha256('ünd\n')}\nkrl 5 ${sha256('AAAA\n')}\nend\n`,
    );
    expect(changesHead([])).toBe('writ-changes 1\nend\n');
    expect(changesHead([], 'n.1')).toBe('writ-changes 1\nnonce n.1\nend\n');
  });

  it('has a KRL in lines that every base64 reads', () => {
    const bytes = Buffer.alloc(200, 7);
    const text = base64Lines(bytes);
    expect(text.split('\n').map(({ length }) => length)).toEqual([76, 76, 76, 40, 0]);
    expect(Buffer.from(text, 'base64').equals(bytes)).toBe(true);
    expect(base64Lines(Buffer.alloc(0))).toBe('');
  });
});

describe('what is signed of a KRL', () => {
  it('names organization, version and bytes, under a namespace of its own', () => {
    const text = krlStatement({ organization: 'acme0acme0acme00', version: 7n }, Buffer.from('krl'));
    expect(text).toBe(`writ-krl 1\norganization acme0acme0acme00\nversion 7\nsha256 ${sha256('krl')}\n`);
    expect(krlNamespace).toBe('krl@writ');
  });
});
