import { inWords } from '../src/duration.js';

describe('a duration in words', () => {
  it.each<[number, string]>([
    [1, '1 s'],
    [60, '1 min'],
    [28_800, '8 h'],
    [86_400, '1 day'],
    [2_592_000, '30 days'],
    [2_592_001, '30 days 1 s'],
    [34_560_000, '400 days'],
    [90_061, '1 day 1 h 1 min 1 s'],
  ])('%d s: %s', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});
