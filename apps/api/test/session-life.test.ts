import { sessionLife } from '../src/commands/session-life.js';

describe('--session-life', () => {
  it.each([
    [undefined, undefined],
    ['5m', 300],
    ['8h', 28_800],
    ['1h30m', 5_400],
    ['7d', 604_800],
  ])('%s is %s seconds', (text, seconds) => {
    expect(sessionLife(text)).toBe(seconds);
  });

  it.each(['', '8', '0s', '299s', '4m59s', '7d1s', '8h ', '-8h', '8 h', 'forever', '999999999w'])(
    '%j is refused',
    (text) => {
      expect(() => sessionLife(text)).toThrow(expect.objectContaining({ code: 'usage_invalid' }));
    },
  );
});
