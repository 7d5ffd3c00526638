import { isBelieved } from '../src/index.js';

describe('an authority', () => {
  it('is believed until it was retired and its last certificate has ended', () => {
    expect(isBelieved({ believedUntil: null }, 100n)).toBe(true);
    expect(isBelieved({ believedUntil: 101n }, 100n)).toBe(true);
    expect(isBelieved({ believedUntil: 100n }, 100n)).toBe(false);
    expect(isBelieved({ believedUntil: 0n }, 100n)).toBe(false);
  });
});
