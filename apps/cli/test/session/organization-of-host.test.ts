import type { Reach } from '@writ/contract';
import { hostsCalled } from '../../src/session/organization-of-host.js';

/** What is reached: by organization the hosts, by name with their short names. */
function reach(all: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>): Reach {
  return {
    organizations: Object.entries(all).map(([name, hosts]) => ({
      ...{ handle: `h-${name}`, name, namePatterns: [], knownHosts: '', krl: null, roles: [] },
      hosts: Object.entries(hosts).map(([host, shortNames]) => ({
        ...{ name: host, shortNames: [...shortNames], roles: [], address: null, port: null, jump: null },
      })),
    })),
  };
}
const called = (of: Reach, asked: string) =>
  hostsCalled(of, asked).map(({ organization, name }) => `${organization} ${name}`);

describe('the hosts that a name may mean', () => {
  const reached = reach({
    globex: { 'web-1.globex.example': ['web-1', 'web-1.globex'], 'db-1.globex.example': ['db-1.globex'] },
    umbrella: {
      'web-1.eu.umbrella.example': ['web-1.eu', 'web-1.eu.umbrella'],
      'db-1.umbrella.example': ['db-1.umbrella'],
    },
  });

  it('are the one that has it, in full or as ssh takes it, though it begins others', () => {
    for (const name of ['web-1', 'web-1.globex', 'web-1.globex.example'])
      expect(called(reached, name)).toEqual(['h-globex web-1.globex.example']);
  });

  it('are else those that it begins, with the organization’s name behind it or not', () => {
    expect(called(reached, 'db-1')).toEqual([
      'h-globex db-1.globex.example',
      'h-umbrella db-1.umbrella.example',
    ]);
    expect(called(reached, 'web-1.umbrella')).toEqual(['h-umbrella web-1.eu.umbrella.example']);
  });

  it('are none where no label ends with it', () => {
    expect([called(reached, 'db'), called(reached, 'web-9'), called(reached, '')]).toEqual([[], [], []]);
  });
});
