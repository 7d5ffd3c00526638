import { inBlocks } from '../src/index.js';

/** A source that counts up, so that a byte handed out twice is seen. */
function counting() {
  const asked: number[] = [];
  let next = 0;
  return {
    asked,
    source(count: number) {
      asked.push(count);
      return Uint8Array.from({ length: count }, () => next++ & 0xff);
    },
  };
}

describe('random bytes in blocks', () => {
  it('hands out every byte of the source once, in order', () => {
    const { source, asked } = counting();
    const random = inBlocks(source, 64);
    const pieces = [random(32), random(16), random(16), random(32)];
    expect(pieces.flatMap((piece) => [...piece])).toEqual(Array.from({ length: 96 }, (_, i) => i));
    expect(asked).toEqual([64, 64]);
  });

  it('leaves what is too short for the next piece, and asks for more', () => {
    const { source } = counting();
    const random = inBlocks(source, 48);
    expect([random(32)[0], random(32)[0]]).toEqual([0, 48]);
  });

  it('asks the source itself for what is longer than a block', () => {
    const { source, asked } = counting();
    expect(inBlocks(source, 16)(40)).toHaveLength(40);
    expect(asked).toEqual([40]);
  });

  it('takes blocks that hold more than a hundred nonces unless it is told otherwise', () => {
    const { source, asked } = counting();
    inBlocks(source)(32);
    expect(asked).toEqual([4096]);
  });

  it('hands out copies, so that nobody can change what another gets', () => {
    const { source } = counting();
    const random = inBlocks(source, 64);
    random(32).fill(255);
    expect(random(32)[0]).toBe(32);
  });
});
