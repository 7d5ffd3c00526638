import { jumpProblem } from '../src/index.js';

const jumps = new Map([
  ['a', null],
  ['b', 'a'],
  ['c', 'b'],
  ['d', 'gone'],
]);

describe('the host between', () => {
  it('is a joined one from which no way leads back', () => {
    expect(jumpProblem('x', 'c', jumps)).toBeNull();
    expect(jumpProblem('c', 'a', jumps)).toBeNull();
    expect(jumpProblem('x', 'd', jumps)).toBeNull();
  });

  it('is refused where nobody knows it, and where the way leads back', () => {
    expect(jumpProblem('a', 'z', jumps)).toMatchObject({ rule: 'jump_unknown' });
    expect(jumpProblem('a', 'a', jumps)).toMatchObject({ rule: 'jump_loop' });
    expect(jumpProblem('a', 'c', jumps)).toMatchObject({
      rule: 'jump_loop',
      message: 'That would go round in a circle: a, c, b, a.',
    });
  });

  it('does not follow a circle for ever that should not be there', () => {
    const circle = new Map([
      ['a', 'b'],
      ['b', 'a'],
    ]);
    expect(jumpProblem('x', 'a', circle)).toMatchObject({ rule: 'jump_loop' });
  });
});
