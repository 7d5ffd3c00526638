import { labelsProblem, selects } from '../src/index.js';

describe('a host selector', () => {
  const host = { env: 'prod', tier: 'web' };

  it.each([
    ['every label, with its value', { env: 'prod', tier: 'web' }, true],
    ['some of the labels', { env: 'prod' }, true],
    ['another value', { env: 'stage' }, false],
    ['a label that the host does not carry', { env: 'prod', region: 'eu' }, false],
    ['a value in other letters', { env: 'Prod' }, false],
    ['what every object has', { constructor: 'x', env: 'prod' }, false],
    ['nothing', {}, false],
  ])('with %s', (_what, selector, chosen) => {
    expect(selects(selector, host)).toBe(chosen);
  });

  it('chooses no host that carries nothing', () => {
    expect(selects({ env: 'prod' }, {})).toBe(false);
    expect(selects({}, {})).toBe(false);
  });
});

describe('labels', () => {
  it.each([
    [{}, true],
    [{ env: 'prod', 'a.b_c-d': 'A.b_c-9' }, true],
    [{ Env: 'prod' }, false],
    [{ '1env': 'prod' }, false],
    [{ env: '' }, false],
    [{ env: 'prod ' }, false],
    [{ env: '-prod' }, false],
    [{ env: 'a\nb' }, false],
    [{ env: 'x'.repeat(64) }, false],
    [{ ['x'.repeat(64)]: 'y' }, false],
    [{ __proto__x: 'y' }, false],
    [Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, 'x'])), false],
  ])('%j', (labels, possible) => {
    expect(labelsProblem(labels as Record<string, string>) === null).toBe(possible);
  });
});
