import { actorNameIn } from '../src/names.js';

it('an organization has its own people by their names alone, and others with theirs', () => {
  expect(['eva', 'acme/eva', 'msp/eva'].map((name) => actorNameIn('acme', name))).toEqual([
    'eva',
    'eva',
    'msp/eva',
  ]);
  expect(() => actorNameIn('acme', 'acme/')).toThrow(/no name/);
});
