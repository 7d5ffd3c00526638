import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Reach } from '@writ/contract';
import { isSshConfigOfOurs, sshConfig } from '../../src/ssh/config.js';
import { trustedInventory } from '../../src/ssh/inventory.js';
import { sshPlaces } from '../../src/ssh/places.js';
import { takenNames } from '../../src/ssh/taken-names.js';

let home: string;
let userConfig: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-names-'));
  userConfig = join(home, '.ssh/config');
  put('.ssh/config', '');
});
afterEach(() => rmSync(home, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text, { mode: 0o600 });
}
const files = () => ({
  ...{ home, userConfig, systemConfig: join(home, 'etc/ssh_config'), hosts: join(home, 'etc/hosts') },
});
const taken = (most?: number) => takenNames(files(), isSshConfigOfOurs, most);
const configured = async (...names: readonly string[]): Promise<string[]> => {
  const { configured: test } = await taken();
  return names.filter((name) => test(name));
};

/** A customer's hosts with these names, as a service would say it. */
function customer(...labels: readonly string[]): Reach {
  const roles = [
    {
      ...{ name: 'web', handle: 'r'.repeat(16), principals: 'role' as const },
      ...{ logins: ['root'], maxTtlSeconds: 60, definition: 'd' },
    },
  ];
  const hosts = labels.map((label) => ({
    ...{ name: `${label}.globex.example`, shortNames: [label], roles: ['web'] },
    ...{ address: '192.0.2.66', port: 2266, jump: null },
  }));
  const organization = { handle: 'g'.repeat(16), name: 'globex', namePatterns: ['*.globex.example'] };
  return { organizations: [{ ...organization, knownHosts: '', roles, hosts }] };
}

/** Where real ssh goes with the user's ssh_config and ours at its top, for each name: 'ours', or the user's own HostName. */
async function judged(...labels: readonly string[]): Promise<Record<string, string>> {
  const places = sshPlaces({ home, configuration: join(home, 'writ'), state: home });
  const inventory = trustedInventory(customer(...labels), 'a'.repeat(16), await taken());
  put(
    'writ/ssh/config',
    sshConfig(places, inventory, { identityFile: join(home, 'key'), keyType: null, agent: false }, new Map()),
  );
  put('writ/ssh/check', 'exit 1\n');
  put('all', `Include ${places.config}\nInclude ${userConfig}\n`);
  const goes = (label: string): string => {
    const { stdout, stderr } = spawnSync('ssh', ['-TG', '-F', join(home, 'all'), `git@${label}`], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const [, where = ''] = /^hostname (.*)$/m.exec(stdout) ?? [];
    expect(/^hostkeyalias /m.test(stdout)).toBe(where === '192.0.2.66');
    return where === '192.0.2.66' ? 'ours' : where;
  };
  return Object.fromEntries(labels.map((label) => [label, goes(label)]));
}

/** ssh is the judge: wherever the user's own ssh_config says where a name is, it stays there. */
describe('a short name that an organization has chosen', () => {
  it.each([
    ['a Host line', 'Host github\n HostName github.com\n'],
    ['several names', 'Host gitlab github\n HostName github.com\n'],
    ['other forms of the line', '\t"HOST" = "github" # mine\n HostName github.com\n'],
    ['capitals, in Match', 'Match host GitHub\n HostName github.com\n'],
    ['a pattern', 'Host git*\n HostName github.com\n'],
    ['a pattern of single letters', 'Host gi?hu?\n HostName github.com\n'],
    ['a pattern with what it is not', 'Host !gitlab git*\n HostName github.com\n'],
    ['a list of Match', 'Match originalhost gitlab,git*,!gitea\n HostName github.com\n'],
    ['Match with more', 'Match user git host="github"\n HostName github.com\n'],
    ['Match with a command', 'Match host=github exec "test 1 = 1"\n HostName github.com\n'],
    ['Match without another', 'Match !host gitlab originalhost "git*"\n HostName github.com\n'],
    ['a line end of another system', 'Host github\r\n HostName github.com\r\n'],
  ])('stays the user’s with %s', async (_what, text) => {
    put('.ssh/config', text);
    expect(await judged('github', 'web-1')).toEqual({ github: 'github.com', 'web-1': 'ours' });
  });

  it.each([
    ['the defaults for all', 'Host *\n User eva\nHost ?*\n Port 22\nMatch all\n User ana\n'],
    ['what it is not', 'Host git* !github\n HostName github.com\n'],
    ['what it is not, in Match', 'Match host git*,!github\n HostName github.com\n'],
    ['a negated Match', 'Match !originalhost github\n HostName github.com\n'],
    ['a Match that only excepts', 'Match host *,!gitlab !originalhost github\n HostName github.com\n'],
    ['a comment', '#Host github\n# Host github\nHost gitlab # github\n HostName github.com\n'],
    ['the name of another setting', 'Host gitlab\n HostName github\n'],
  ])('is not the user’s by %s', async (_what, text) => {
    put('.ssh/config', text);
    expect(await judged('github')).toEqual({ github: 'ours' });
  });

  it('stays the user’s in files that are included, and in what these include', async () => {
    put(
      '.ssh/config',
      `Include ${home}/more/*.con[a-f] "${home}/with blank"\nHost x\nInclude ${home}/in-block\n`,
    );
    put('more/a.conf', `Include ${home}/d[!z]ep/?\n`);
    put('more/b.com', 'Host web-1\n HostName b.example\n');
    put('more/.c.conf', 'Host web-2\n HostName c.example\n');
    put('deep/1', `Include ${home}/deeper\n`);
    put('deeper', 'Host github\n HostName github.com\n');
    put('with blank', 'Host blank\n HostName blank.example\n');
    expect(await judged('github', 'blank', 'web-1', 'web-2')).toEqual({
      ...{ github: 'github.com', blank: 'blank.example', 'web-1': 'ours', 'web-2': 'ours' },
    });
    put('in-block', 'Host inner\n HostName inner.example\n');
    expect(await configured('inner')).toEqual(['inner']);
  });

  it('is looked for beside the user’s file and the machine’s, below ~, and in what the environment says', async () => {
    put('.ssh/config', 'include more\nInclude ~/tilde\nInclude=${WRIT_TEST_DIRECTORY}/env %d/token\n');
    for (const [path, name] of Object.entries({ '.ssh/more': 'a', tilde: 'b', 'dir/env': 'c', token: 'd' }))
      put(path, `Host ${name}\n`);
    put('etc/ssh_config', 'Include ssh_config.d/*.conf\nHost *\n');
    put('etc/ssh_config.d/x.conf', 'Host e\n');
    process.env['WRIT_TEST_DIRECTORY'] = join(home, 'dir');
    expect(await configured('a', 'b', 'c', 'd', 'e', 'f')).toEqual(['a', 'b', 'c', 'd', 'e']);
    delete process.env['WRIT_TEST_DIRECTORY'];
  });

  it('is looked for as far as it can be: circles, pipes, directories and what is not there say nothing', async () => {
    spawnSync('mkfifo', [join(home, 'pipe')]);
    symlinkSync('nowhere', join(home, 'link'));
    put('circle', `Include ${home}/circle ${userConfig}\nHost b\n`);
    const paths = ['pipe', 'link', '.ssh', 'none', 'no*ne/x', '[z-a]', 'circle'];
    put(
      '.ssh/config',
      `${paths.map((path) => `Include ${home}/${path}\n`).join('')}Host a\nHost\nMatch host\n`,
    );
    expect(await configured('a', 'b', 'c')).toEqual(['a', 'b']);
    rmSync(userConfig);
    expect(await configured('a')).toEqual([]);
  });

  it('is not taken by what writ has written itself', async () => {
    expect(await judged('github')).toEqual({ github: 'ours' });
    put('.ssh/config', `Include ${home}/writ/ssh/config\n`);
    expect(await judged('github')).toEqual({ github: 'ours' });
  });

  it('is none that means something on this machine already', async () => {
    put('etc/hosts', '127.0.0.1 localhost\n192.0.2.9\tNas nas.lan # web-1\n#192.0.2.8 web-2\n');
    const lines = [
      'github.com,git ssh-ed25519 AAAA',
      '[backup]:2222 ssh-ed25519 AAAA',
      '@cert-authority *,db-*,!db-2 ssh-ed25519 AAAA',
      '@revoked old ssh-ed25519 AAAA',
      '# web-3 ssh-ed25519 AAAA',
      '|1|web-4|web-4= ssh-ed25519 AAAA',
    ];
    put('.ssh/known_hosts', `${lines.join('\n')}\n`);
    put('.ssh/known_hosts2', 'second ssh-ed25519 AAAA\n');
    put('etc/ssh_known_hosts', 'everybodys,192.0.2.9 ssh-ed25519 AAAA\n');
    put('etc/ssh_known_hosts2', `${hashed('hidden')} ssh-ed25519 AAAA\n`);
    const known = ['nas', 'git', 'backup', 'db-1', 'old', 'second', 'everybodys', 'hidden'];
    const free = ['web-1', 'web-2', 'web-3', 'web-4', 'db-2', '192'];
    const { known: test } = await taken();
    expect([...known, ...free].filter((name) => test(name, null))).toEqual(known);
    const goes = await judged('nas', 'git', 'web-1');
    expect(goes).toEqual({ nas: 'nas', git: 'git', 'web-1': 'ours' });
  });

  it('is none that ssh has hashed', async () => {
    const key = join(home, 'host_key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const line = readFileSync(`${key}.pub`, 'utf8').trim();
    const names = ['nas', '[git]:2222', '[backup]:2200', 'a'.repeat(56), '[other]:2201'];
    put('.ssh/known_hosts', [...names, ''].map((name) => (name === '' ? '' : `${name} ${line}`)).join('\n'));
    expect(spawnSync('ssh-keygen', ['-q', '-H', '-f', join(home, '.ssh/known_hosts')]).status).toBe(0);
    expect(readFileSync(join(home, '.ssh/known_hosts'), 'utf8')).not.toContain('nas');
    appendFileSync(join(home, '.ssh/known_hosts'), `@revoked ${hashed('old')} ${line}\n`);
    const { known } = await taken();
    const asked = ['nas', 'git', 'backup', 'a'.repeat(56), 'other', 'old', 'a'.repeat(55), 'web-1'];
    expect(asked.filter((name) => known(name, 2200))).toEqual([...asked.slice(0, 4), 'old']);
    expect(known('backup', null)).toBe(false);
    expect(await judged('nas', 'git', 'web-1')).toEqual({ nas: 'nas', git: 'git', 'web-1': 'ours' });
  });

  it('is none, and that is said, where there are too many hashed names to compare', async () => {
    put(
      '.ssh/known_hosts',
      ['one', 'two', 'three'].map((name) => `${hashed(name)} ssh-ed25519 A\n`).join(''),
    );
    const { known } = await taken(12);
    expect(['two', 'web-1', 'web-1', 'web-2', 'two'].map((name) => known(name, null))).toEqual([
      ...[true, false, false, null, true],
    ]);
    const { organizations, leftOut } = trustedInventory(
      customer('web-1', 'web-2', 'web-3'),
      'a'.repeat(16),
      await taken(9),
    );
    expect(organizations[0]?.hosts.map(({ names }) => names.length)).toEqual([2, 1, 1]);
    expect(leftOut.join()).toContain('2 short names of other organizations');
    const own = trustedInventory(customer('web-1', 'web-2'), 'g'.repeat(16), await taken(0));
    expect(own.organizations[0]?.hosts.map(({ names }) => names.length)).toEqual([2, 2]);
    expect(own.leftOut).toEqual([]);
  });
});

/** As ssh writes a name with HashKnownHosts. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
