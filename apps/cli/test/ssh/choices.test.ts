import { hostName, login, type Login } from '@writ/openssh/trust';
import fc from 'fast-check';
import { choices as choicesOn, onlyLogin, roleOffered, type Choice } from '../../src/ssh/choices.js';
import type { InventoryRole } from '../../src/ssh/inventory.js';

const role = (handle: string, ...logins: string[]): InventoryRole => ({
  ...{ name: handle, handle, principals: 'role', logins: logins.map(login) },
  ...{ confined: false, keyTypes: null, extensions: ['permit-pty'] },
});
/** On a host through which no other is reached. */
const choices = (roles: readonly InventoryRole[], keyType: string | null) => choicesOn(roles, keyType, false);
/** The roles whose blocks ssh would take for a login: `Match user a,b`, or `*,!a,!b`. */
const offered = (all: readonly Choice[], wanted: string): string[] =>
  all
    .filter(({ logins }) =>
      'only' in logins ? logins.only.includes(wanted as Login) : !logins.allBut.includes(wanted as Login),
    )
    .map(({ role: { handle } }) => handle);

describe('which role is offered', () => {
  it('is the only one, whatever the login', () => {
    expect(choices([role('web', 'root', 'deploy')], null)).toMatchObject([
      { role: { handle: 'web' }, logins: { allBut: [] } },
    ]);
    expect(choices([], null)).toEqual([]);
  });

  it('is the one that has the login, the narrower of two; the widest for a login that none has', () => {
    const all = choices(
      [role('admin', 'root', 'deploy', 'www'), role('deploy', 'deploy'), role('web', 'www', 'deploy')],
      null,
    );
    expect(offered(all, 'root')).toEqual(['admin']);
    expect(offered(all, 'deploy')).toEqual(['deploy']);
    expect(offered(all, 'www')).toEqual(['web']);
    expect(offered(all, 'ana')).toEqual(['admin']);
  });

  it('is none that is good for less, or that gives no certificate for the key, where another one does', () => {
    const given = [
      { ...role('backup', 'root'), confined: true },
      { ...role('ecdsa', 'root'), keyTypes: ['ecdsa-sha2-nistp256'] },
      { ...role('wide', 'root', 'deploy'), keyTypes: ['ssh-ed25519'] },
    ];
    const all = choices(given, 'ssh-ed25519');
    expect(offered(all, 'root')).toEqual(['wide']);
    expect(offered(all, 'ana')).toEqual(['wide']);
    expect(offered(choices(given, 'ecdsa-sha2-nistp256'), 'root')).toEqual(['ecdsa']);
    expect(offered(choices(given, null), 'root')).toEqual(['ecdsa']);
    // Where there is no other one, ssh says what it wants.
    expect(offered(choices(given.slice(0, 2), 'ssh-ed25519'), 'root')).toEqual(['backup']);
    expect(offered(choices(given.slice(1, 2), 'ssh-ed25519'), 'root')).toEqual(['ecdsa']);
  });

  it('is the one that permits most, where several have the login', () => {
    const all = choices(
      [
        { ...role('bare', 'root'), extensions: [] },
        { ...role('wide', 'root', 'deploy', 'www'), extensions: ['permit-pty', 'permit-agent-forwarding'] },
        { ...role('web', 'www'), extensions: ['permit-pty', 'permit-agent-forwarding'] },
        role('deploy', 'deploy', 'backup'),
        { ...role('confined', 'root'), extensions: ['permit-pty', 'a', 'b', 'c', 'd'], confined: true },
      ],
      null,
    );
    expect(offered(all, 'root')).toEqual(['wide']);
    expect(offered(all, 'www')).toEqual(['web']);
    expect(offered(all, 'backup')).toEqual(['deploy']);
    expect(offered(all, 'ana')).toEqual(['wide']);
  });

  it('is one that lets connections through where other hosts are reached through this one', () => {
    const given = [
      { ...role('web', 'root'), extensions: ['permit-pty', 'permit-agent-forwarding'] },
      { ...role('jump', 'root', 'deploy'), extensions: ['permit-port-forwarding'] },
    ];
    expect(offered(choicesOn(given, null, true), 'root')).toEqual(['jump']);
    expect(offered(choicesOn(given, null, false), 'root')).toEqual(['web']);
  });

  it('can be asked for by host and login', () => {
    const name = hostName('web-1.acme.example');
    const roles = [role('wide', 'root', 'deploy'), role('deploy', 'deploy')];
    const hosts = [{ name, names: [name], roles, address: name, port: null, jump: null }];
    const acme = { handle: 'h', name: 'acme', patterns: [], knownHosts: '', loginsRoles: [], hosts };
    const asked = (host: string, as: string) =>
      roleOffered({ organizations: [acme], leftOut: [] }, host, as, null);
    expect(asked(name, 'root')).toBe('wide');
    expect(asked(name, 'deploy')).toBe('deploy');
    expect(asked('web-2.acme.example', 'root')).toBeNull();
  });

  it('is one at most, and one that has the login where any has', () => {
    const names = fc.constantFrom('root', 'deploy', 'www', 'ana');
    const roles = fc.uniqueArray(
      fc.record({
        handle: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        logins: fc.uniqueArray(names, { minLength: 1 }),
      }),
      {
        selector: ({ handle }) => handle,
      },
    );
    fc.assert(
      fc.property(roles, names, (given, wanted) => {
        const seen = offered(
          choices(
            given.map(({ handle, logins }) => role(handle, ...logins)),
            null,
          ),
          wanted,
        );
        expect(seen).toHaveLength(given.length === 0 ? 0 : 1);
        const able = given.filter(({ logins }) => logins.includes(wanted)).map(({ handle }) => handle);
        if (able.length > 0) expect(able).toContain(seen[0]);
      }),
      { seed: 4 },
    );
  });

  it('names the login where there is only one', () => {
    expect(onlyLogin([role('a', 'root'), role('b', 'root')])).toBe('root');
    expect(onlyLogin([role('a', 'root'), role('b', 'deploy')])).toBeNull();
    expect(onlyLogin([])).toBeNull();
  });
});
