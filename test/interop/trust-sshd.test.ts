import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { principal } from '@writ/openssh/certificate';
import { parsePublicKeyLine } from '@writ/openssh/key';
import { encodeKrl } from '@writ/openssh/krl';
import {
  authorizedKeysCertAuthorityLine,
  authorizedPrincipalsFile,
  sshdDropIn,
  trustedUserCaKeysFile,
} from '@writ/openssh/trust';
import { makeHostKeys, runProgram, startSshd, type Sshd } from '@writ/testkit/sshd';

const me = userInfo().username;
const directory = mkdtempSync(join(tmpdir(), 'writ-trust-sshd-'));
const at = (name: string) => join(directory, name);
const line = (name: string) => parsePublicKeyLine(readFileSync(at(`${name}.pub`), 'utf8')).key;

/** A new key with a certificate for one principal, in a file of its own. */
function certified(authority: string, name: string): string {
  const file = `${authority}-${name.replaceAll(/[^a-z]/g, '-')}`;
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(file)]);
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    at(authority),
    '-I',
    'x',
    '-z',
    '7',
    '-n',
    name,
    '-V',
    '+1h',
    at(`${file}.pub`),
  ]);
  return file;
}

let sshd: Sshd;

async function logsIn(file: string): Promise<boolean> {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
  ];
  const { status, stdout } = await runProgram('ssh', [
    ...['-F', 'none', '-p', String(sshd.port), '-i', at(file)],
    ...options.flatMap((each) => ['-o', each]),
    ...[`${me}@127.0.0.1`, 'echo in'],
  ]);
  return status === 0 && stdout === 'in\n';
}

beforeAll(async () => {
  chmodSync(directory, 0o755);
  mkdirSync(at('principals of logins'));
  for (const authority of ['trusted', 'by-line']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(authority)]);
  }
  const [hostKey] = await makeHostKeys(directory);
  writeFileSync(
    at('user_ca.pub'),
    trustedUserCaKeysFile([{ key: line('trusted'), comment: 'acme user CA' }]),
  );
  writeFileSync(
    at(`principals of logins/${me}`),
    authorizedPrincipalsFile(['role:web-admin', 'role:db'].map(principal)),
  );
  writeFileSync(
    at('authorized_keys'),
    `${authorizedKeysCertAuthorityLine({ key: line('by-line'), principals: ['role:web-admin', 'role:ops'].map(principal) })}\n`,
  );
  writeFileSync(at('revoked.krl'), encodeKrl({ version: 1n, generatedAt: 1n }));
  const dropIn = sshdDropIn({
    hostKeys: hostKey === undefined ? [] : [hostKey],
    trustedUserCaKeys: at('user_ca.pub'),
    authorizedPrincipalsFile: at('principals of logins/%u'),
    revokedKeys: at('revoked.krl'),
  });
  sshd = await startSshd(directory, [
    dropIn.trimEnd(),
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    'StrictModes no',
  ]);
});

afterAll(async () => {
  await sshd.stop();
  rmSync(directory, { recursive: true });
});

it.each([
  ['trusted', 'role:web-admin', true],
  ['trusted', 'role:db', true],
  ['trusted', 'role:web', false],
  ['trusted', me, false],
  ['by-line', 'role:web-admin', true],
  ['by-line', 'role:ops', true],
  ['by-line', 'role:db', false],
])('sshd on a certificate of the %s authority for %s: %s', async (authority, name, admitted) => {
  expect(await logsIn(certified(authority, name))).toBe(admitted);
});

it('sshd refuses a certificate from the moment the KRL file says so', async () => {
  const revoked = certified('by-line', 'role:ops,role:more');
  expect(await logsIn(revoked)).toBe(true);
  const certificates = [{ authority: line('by-line'), serials: [7n] }];
  writeFileSync(at('revoked.krl'), encodeKrl({ version: 2n, generatedAt: 2n, certificates }));
  expect(await logsIn(revoked)).toBe(false);
  expect(sshd.log()).toMatch(/revoked/i);
});
