import { judgeKeyChange } from '../src/index.js';

const record = (...words: readonly string[]) =>
  words.map((word) => ({ fingerprint: word.replace('!', ''), revoked: word.endsWith('!') }));

describe('keys that a host names', () => {
  it.each([
    ['those on record', ['a', 'b'], ['a', 'b'], 'same'],
    ['another order', ['a', 'b'], ['b', 'a'], 'accepted'],
    ['one more', ['a', 'b'], ['a', 'b', 'c'], 'accepted'],
    ['one in the place of a revoked one', ['a!', 'b'], ['c', 'b'], 'accepted'],
    ['a revoked one less', ['a!', 'b'], ['b'], 'accepted'],
    ['a trusted one less', ['a', 'b'], ['a'], 'waits'],
    ['one in the place of a trusted one', ['a', 'b'], ['a', 'c'], 'waits'],
    ['all of them others', ['a', 'b'], ['c', 'd'], 'waits'],
    ['others, where all on record are revoked', ['a!', 'b!'], ['c'], 'waits'],
    ['any, where none are on record', [], ['c'], 'waits'],
  ])('%s: %j, named %j', (_, onRecord, named, judged) => {
    expect(judgeKeyChange(record(...onRecord), named)).toBe(judged);
  });
});
