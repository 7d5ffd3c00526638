import { defaultOwner } from '../src/commands/default-owner.js';

describe('the first owner, where nobody is named', () => {
  it.each([
    ['the person who runs it', { name: 'bo', isRoot: false }, {}, 'bo'],
    ['that person, whatever the environment says', { name: 'bo', isRoot: false }, { SUDO_USER: 'cy' }, 'bo'],
    ['the person behind sudo', { name: 'root', isRoot: true }, { SUDO_USER: 'bo' }, 'bo'],
    ['nobody that is known: root', { name: 'root', isRoot: true }, {}, 'owner'],
    ['root, who used sudo', { name: 'root', isRoot: true }, { SUDO_USER: 'root' }, 'owner'],
    ['somebody called root who is not', { name: 'root', isRoot: false }, {}, 'owner'],
    ['root by another name', { name: 'toor', isRoot: true }, {}, 'owner'],
    ['an account without a name', { name: null, isRoot: false }, {}, 'owner'],
    ['a login name that is no user name', { name: 'ACME\\Bo', isRoot: false }, {}, 'owner'],
    ['no user name behind sudo', { name: 'root', isRoot: true }, { SUDO_USER: '' }, 'owner'],
  ])('%s', (_who, login, environment, owner) => {
    expect(defaultOwner(login, environment)).toBe(owner);
  });
});
