import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clientConfig,
  hostName,
  includeLine,
  login,
  namePattern,
  type ClientCertificate,
  type ClientConfig,
  type ClientHost,
} from '../../src/trust/index.js';
import { codeOf } from '../coded.js';

const web = hostName('web-1.acme.example');
const short = hostName('web-1');
const acme = namePattern('*.acme.example');
const files = '/home/ana/.config/writ/ssh';
const host: ClientHost = {
  ...{ names: [web, short], alias: web, address: web, port: null, jump: null, user: null },
};
const certificate: ClientCertificate = {
  names: [web, short],
  except: [],
  logins: { allBut: [] },
  check: { script: `${files}/check`, words: ['acme', 'web'] },
  identityFile: '/home/ana/.ssh/id_writ',
  certificateFile: `${files}/certificates/acme-web-cert.pub`,
};
const nothing: ClientConfig = {
  ...{ comments: [], hosts: [], trust: [], extraTrust: [], certificates: [], look: null },
};
const hosts = (...given: ClientHost[]): string => clientConfig({ ...nothing, hosts: given });
const certificates = (...given: ClientCertificate[]): string =>
  clientConfig({ ...nothing, certificates: given });

describe('a file for ssh_config to include', () => {
  it('is written block by block', () => {
    const knownHostsFile = `${files}/known_hosts/acme`;
    const text = clientConfig({
      comments: ['Written by writ.'],
      hosts: [
        {
          ...host,
          address: '192.0.2.7',
          port: 2222,
          jump: hostName('jump.acme.example'),
          user: login('root'),
        },
      ],
      trust: [{ names: [web, short], knownHostsFile, revokedHostKeysFile: `${files}/revoked_hosts/acme` }],
      extraTrust: [
        { names: [acme], except: [web], knownHostsFile, revokedHostKeysFile: `${files}/revoked_hosts/acme` },
        { names: [acme], except: [], knownHostsFile, revokedHostKeysFile: null },
      ],
      certificates: [
        { ...certificate, logins: { only: ['root', 'deploy'].map(login) } },
        { ...certificate, names: [acme], except: [web], logins: { allBut: [login('root')] } },
      ],
      look: { patterns: [acme], except: [web, short], check: { script: `${files}/check`, words: ['look'] } },
    });
    expect(text.split('\n')).toEqual([
      '# Written by writ.',
      'Match originalhost web-1.acme.example,web-1',
      'HostName 192.0.2.7',
      'Port 2222',
      'ProxyJump jump.acme.example',
      'HostKeyAlias web-1.acme.example',
      'User root',
      'Match originalhost web-1.acme.example,web-1',
      `UserKnownHostsFile ${knownHostsFile}`,
      'HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-*-cert-v01@openssh.com,rsa-sha2-*-cert-v01@openssh.com',
      'StrictHostKeyChecking yes',
      `RevokedHostKeys ${files}/revoked_hosts/acme`,
      'Match originalhost *.acme.example,!web-1.acme.example',
      `UserKnownHostsFile ~/.ssh/known_hosts ~/.ssh/known_hosts2 ${knownHostsFile}`,
      `RevokedHostKeys ${files}/revoked_hosts/acme`,
      'Match originalhost *.acme.example',
      `UserKnownHostsFile ~/.ssh/known_hosts ~/.ssh/known_hosts2 ${knownHostsFile}`,
      `Match originalhost web-1.acme.example,web-1 user root,deploy exec "/bin/sh ${files}/check acme web"`,
      'IdentityFile /home/ana/.ssh/id_writ',
      `CertificateFile ${files}/certificates/acme-web-cert.pub`,
      'IdentitiesOnly yes',
      `Match originalhost *.acme.example,!web-1.acme.example user *,!root exec "/bin/sh ${files}/check acme web"`,
      'IdentityFile /home/ana/.ssh/id_writ',
      `CertificateFile ${files}/certificates/acme-web-cert.pub`,
      'IdentitiesOnly yes',
      `Match originalhost *.acme.example,!web-1.acme.example exec "/bin/sh ${files}/check look"`,
      `Match originalhost *,!*.*,!web-1 exec "/bin/sh ${files}/check look"`,
      '',
    ]);
    expect(certificates(certificate)).toContain('Match originalhost web-1.acme.example,web-1 exec "');
    expect(hosts({ ...host, address: '2001:db8::7' })).toContain('HostName 2001:db8::7\n');
    expect(includeLine(`${files}/config`)).toBe(`Include ${files}/config`);
    expect(includeLine('/home/a b/config')).toBe('Include "/home/a b/config"');
  });

  it.each([
    ['an address with a line break', { address: '192.0.2.7\nProxyCommand x' }, 'client_address_invalid'],
    ['an address with a zone', { address: 'fe80::1%eth0' }, 'client_address_invalid'],
    ['an address that is an option', { address: '-oProxyCommand=x' }, 'client_address_invalid'],
    ['port 0', { port: 0 }, 'client_port_invalid'],
    ['port 65536', { port: 65_536 }, 'client_port_invalid'],
    ['half a port', { port: 22.5 }, 'client_port_invalid'],
    ['a name with a blank', { names: ['web-1 all' as typeof web] }, 'name_pattern_invalid'],
    ['a name that is everything', { names: ['*' as typeof web] }, 'name_pattern_invalid'],
    ['no name', { names: [] }, 'config_text_not_quotable'],
    ['an alias with a pattern', { alias: '*.acme.example' as typeof web }, 'host_name_invalid'],
    ['a jump host with a login', { jump: 'root@x.acme.example' as typeof web }, 'host_name_invalid'],
    ['a login with a line break', { user: 'root\nProxyCommand x' as never }, 'config_text_not_quotable'],
  ])('refuses a host with %s', (_what, change, code) => {
    expect(codeOf(() => hosts({ ...host, ...change }))).toBe(code);
  });

  it.each([
    ['a script with a quote', { check: { script: "/home/o'hara/check", words: [] } }],
    ['a script with a token', { check: { script: '/home/%h/check', words: [] } }],
    ['a word with a quote', { check: { script: '/check', words: ["x'; rm"] } }],
    ['a word with a dollar', { check: { script: '/check', words: ['$HOME'] } }],
    ['an empty word', { check: { script: '/check', words: [''] } }],
    ['a key with a token', { identityFile: '/home/%u/id' }],
    ['a certificate with a line break', { certificateFile: '/a\nb' }],
  ])('refuses a certificate with %s', (_what, change) => {
    expect(codeOf(() => certificates({ ...certificate, ...change }))).toBe('config_path_refused');
  });

  it('refuses a certificate for no login, and one for a login with a comma', () => {
    for (const only of [[], ['a,b' as ReturnType<typeof login>]])
      expect(codeOf(() => certificates({ ...certificate, logins: { only } }))).toBe(
        'config_text_not_quotable',
      );
  });

  it('has ssh look at names that mean nothing yet, and at no others', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-look-'));
    try {
      const [script, looked, file] = ['check', 'looked', 'config'].map((name) => join(directory, name));
      writeFileSync(`${script}`, `echo "$1" >>${looked}\n`);
      const check = { script: `${script}`, words: ['look'] };
      const look = { patterns: [acme], except: [web, short], check };
      writeFileSync(`${file}`, clientConfig({ ...nothing, hosts: [host], look }));
      const looks = (name: string): boolean => {
        writeFileSync(`${looked}`, '');
        execFileSync('ssh', ['-F', `${file}`, '-G', name], { stdio: 'pipe' });
        return readFileSync(`${looked}`, 'utf8') === 'look\n';
      };
      const names = [web, short, 'web-2.acme.example', 'web-2', 'github.com', '192.0.2.1'];
      expect(names.filter(looks)).toEqual(['web-2.acme.example', 'web-2']);
      writeFileSync(`${file}`, clientConfig({ ...nothing, look: { ...look, patterns: [] } }));
      expect(names.filter(looks)).toEqual(['web-2']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is what ssh reads as it was meant, with a blank in the path of the check', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ client '));
    try {
      const script = join(directory, 'my check');
      writeFileSync(script, 'test "$1 $2 $#" = "acme web 2"\n');
      const text = clientConfig({
        ...nothing,
        hosts: [{ ...host, port: 2222 }],
        certificates: [{ ...certificate, check: { script, words: ['acme', 'web'] } }],
      });
      const file = join(directory, 'config');
      const included = join(directory, 'included');
      writeFileSync(included, text);
      chmodSync(included, 0o600);
      writeFileSync(file, `${includeLine(included)}\n`);
      for (const shell of ['/bin/sh', '/bin/bash']) {
        const read = execFileSync('ssh', ['-F', file, '-G', 'web-1'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          env: { ...process.env, SHELL: shell },
        });
        expect(read).toMatch(/^hostname web-1.acme.example$/m);
        expect(read).toMatch(/^port 2222$/m);
        expect(read).toMatch(/^identityfile \/home\/ana\/.ssh\/id_writ$/m);
        expect(read).toMatch(/^identitiesonly yes$/m);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
