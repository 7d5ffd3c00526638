import { deepestNesting, nestingFailures, type Nesting } from '../src/index.js';

const all: readonly Nesting[] = [
  { group: 'all', member: 'europe' },
  { group: 'all', member: 'asia' },
  { group: 'europe', member: 'berlin' },
  { group: 'asia', member: 'tokyo' },
];
const rules = (nestings: readonly Nesting[], group: string, member: string) =>
  nestingFailures(nestings, { group, member }).map(({ rule }) => rule);
/** g1 in g2 in … in g<length> */
const tower = (length: number): Nesting[] =>
  Array.from({ length: length - 1 }, (_, n) => ({ group: `g${n + 2}`, member: `g${n + 1}` }));

describe('a group in a group', () => {
  it('may be in several, by several ways', () => {
    expect(rules([], 'all', 'europe')).toEqual([]);
    expect(rules(all, 'asia', 'berlin')).toEqual([]);
    expect(rules(all, 'all', 'berlin')).toEqual([]);
    expect(rules(all, 'berlin', 'tokyo')).toEqual([]);
  });

  it('is never in itself, at whatever depth', () => {
    expect(rules(all, 'all', 'all')).toEqual(['group_cycle']);
    expect(rules(all, 'europe', 'all')).toEqual(['group_cycle']);
    expect(rules(all, 'berlin', 'all')).toEqual(['group_cycle']);
    expect(nestingFailures(all, { group: 'all', member: 'all' })[0]?.message).toBe(
      'The group all cannot be in itself.',
    );
    expect(nestingFailures(all, { group: 'berlin', member: 'all' })[0]?.message).toContain(
      'would be a circle',
    );
  });

  it('ends at eight in one chain, wherever the link comes', () => {
    const eight = tower(deepestNesting);
    expect(rules(eight, 'new', `g${deepestNesting}`)).toEqual(['group_too_deep']);
    expect(rules(eight, 'g1', 'new')).toEqual(['group_too_deep']);
    expect(rules(eight, 'g2', 'new')).toEqual([]);
    expect(rules(tower(deepestNesting - 1), 'new', `g${deepestNesting - 1}`)).toEqual([]);
  });

  it('is judged at once also where ways are many', () => {
    const diamonds = Array.from({ length: 7 }, (_, level) =>
      Array.from({ length: 400 }, (__, n) => ({
        group: `l${level}-${n % 20}`,
        member: `l${level + 1}-${n % 19}`,
      })),
    ).flat();
    expect(rules(diamonds, 'l0-0', 'l7-0')).toEqual([]);
    expect(rules(diamonds, 'l7-0', 'x')).toEqual(['group_too_deep']);
  });
});
