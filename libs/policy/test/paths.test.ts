import { pathsThroughGroups, type GroupMember } from '../src/index.js';

const user = (group: string, member: string): GroupMember => ({ group, kind: 'user', member });
const group = (outer: string, member: string): GroupMember => ({ group: outer, kind: 'group', member });
const paths = (granted: readonly string[], members: readonly GroupMember[]) =>
  Object.fromEntries(pathsThroughGroups(granted, members));

describe('by which groups somebody is in a role', () => {
  it('are one shortest chain for each group that it was granted to', () => {
    expect(paths(['oncall'], [user('oncall', 'ana')])).toEqual({ ana: [['oncall']] });
    const members = [
      group('all', 'europe'),
      group('all', 'asia'),
      group('europe', 'berlin'),
      group('asia', 'berlin'),
      group('all', 'oncall'),
      user('berlin', 'ana'),
      user('berlin', 'bo'),
      user('oncall', 'ana'),
    ];
    expect(paths(['all', 'oncall'], members)).toEqual({
      ana: [['all', 'oncall'], ['oncall']],
      bo: [['all', 'europe', 'berlin']],
    });
  });

  it('are none where nobody is in them', () => {
    expect(paths([], [])).toEqual({});
    expect(paths(['empty'], [])).toEqual({});
  });
});
