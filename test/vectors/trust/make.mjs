// Makes the vectors beside it: `node make.mjs`. Keys are new each time; the answers do not change.
//   known-hosts.json                 @cert-authority lines that are read and written as the same line
//   hostile-known-hosts.json         lines that must be refused, each with the code it is refused with
//   ../../fuzz/corpus/known-hosts/   both, for the fuzz target of that name
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base64, cat, json, mpint, publicBlob, str } from '../wire.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const blob = publicBlob(generateKeyPairSync('ed25519').publicKey);
const key = `ssh-ed25519 ${base64(blob)}`;
const ecdsa = publicBlob(generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey);
const rsa = (modulusLength) => `ssh-rsa ${base64(publicBlob(generateKeyPairSync('rsa', { modulusLength }).publicKey))}`;
const securityKey = cat(str('sk-ssh-ed25519@openssh.com'), blob.subarray(-36), str('ssh:'));

const good = [
  ['one pattern', `@cert-authority *.acme.example ${key}`],
  ['a host name', `@cert-authority web-1.acme.example ${key} acme host CA`],
  ['several patterns', `@cert-authority *.acme.example,web-?.acme.test,a ${key} x`],
  ['a port', `@cert-authority [*.acme.example]:2222,*.acme.example ${key}`],
  ['a negated pattern', `@cert-authority *.acme.example,!old.acme.example ${key}`],
  ['a comment with more than ASCII', `@cert-authority *.acme.example ${key} Bücher & "Söhne" # 1`],
  ['ECDSA', `@cert-authority *.acme.example ecdsa-sha2-nistp521 ${base64(ecdsa)}`],
  ['RSA', `@cert-authority *.acme.example ${rsa(3072)}`],
].map(([name, line]) => ({ name, line }));

const hostile = [
  ['known_hosts_line_malformed', 'nothing', ''],
  ['known_hosts_line_malformed', 'no marker', `*.acme.example ${key}`],
  ['known_hosts_line_malformed', 'another marker', `@revoked *.acme.example ${key}`],
  ['known_hosts_line_malformed', 'a marker in capitals', `@CERT-AUTHORITY *.acme.example ${key}`],
  ['known_hosts_line_malformed', 'a blank in front', ` @cert-authority *.acme.example ${key}`],
  ['known_hosts_line_malformed', 'a comment line', `# @cert-authority *.acme.example ${key}`],
  ['known_hosts_line_malformed', 'two blanks before the key', `@cert-authority *.acme.example  ${key}`],
  ['known_hosts_line_malformed', 'a line end', `@cert-authority *.acme.example ${key}\n`],
  ['known_hosts_line_malformed', 'a carriage return', `@cert-authority *.acme.example ${key}\r\n`],
  ['known_hosts_line_malformed', 'a blank behind', `@cert-authority *.acme.example ${key} `],
  ['known_hosts_line_malformed', 'a pattern twice', `@cert-authority a.example,a.example ${key}`],
  ['known_hosts_line_malformed', 'options before the key', `@cert-authority a.example cert-authority ${key}`],
  ['known_hosts_pattern_invalid', 'two blanks before the patterns', `@cert-authority  *.acme.example ${key}`],
  ['known_hosts_pattern_invalid', 'a tab before the key', `@cert-authority *.acme.example\t${key}`],
  ['known_hosts_pattern_invalid', 'no patterns', '@cert-authority'],
  ['known_hosts_pattern_invalid', 'an empty pattern', `@cert-authority a.example, ${key}`],
  ['known_hosts_pattern_invalid', 'a hashed name', `@cert-authority |1|abcd=|abcd= ${key}`],
  ['known_hosts_pattern_invalid', 'an address', `@cert-authority 10.0.0.1 ${key}`],
  ['known_hosts_pattern_invalid', 'capitals', `@cert-authority *.ACME.example ${key}`],
  ['known_hosts_pattern_too_wide', 'any host', `@cert-authority * ${key}`],
  ['known_hosts_pattern_too_wide', 'any host behind a pattern', `@cert-authority *.acme.example,* ${key}`],
  ['known_hosts_patterns_empty', 'only a negated pattern', `@cert-authority !a.example ${key}`],
  ['key_line_malformed', 'no key', '@cert-authority a.example'],
  ['key_line_malformed', 'two lines', `@cert-authority a.example ${key}\n@cert-authority b.example ${key}`],
  ['key_line_malformed', 'a control character in the comment', `@cert-authority a.example ${key} a\x1b[2J`],
  ['config_text_not_quotable', 'a tab in the comment', `@cert-authority a.example ${key} a\tb`],
  ['config_text_not_quotable', 'a comment that turns the line around', `@cert-authority a.example ${key} a\u202eb`],
  ['config_text_not_quotable', 'a comment of 201 bytes', `@cert-authority a.example ${key} ${'x'.repeat(201)}`],
  ['key_type_mismatch', 'a key of another type than it says', `@cert-authority a.example ecdsa-sha2-nistp256 ${base64(blob)}`],
  ['base64_malformed', 'half a key', `@cert-authority a.example ${key.slice(0, -3)}`],
  ['key_is_certificate', 'a certificate', `@cert-authority a.example ssh-ed25519-cert-v01@openssh.com ${base64(blob)}`],
  ['key_type_dsa', 'DSA', `@cert-authority a.example ssh-dss ${base64(cat(str('ssh-dss'), mpint([1])))}`],
  ['authority_rsa_too_small', 'RSA with 2048 bits', `@cert-authority a.example ${rsa(2048)}`],
  ['authority_key_type_refused', 'a security key', `@cert-authority a.example sk-ssh-ed25519@openssh.com ${base64(securityKey)}`],
].map(([code, name, line]) => ({ code, name, line }));

writeFileSync(join(here, 'known-hosts.json'), json(good));
writeFileSync(join(here, 'hostile-known-hosts.json'), json(hostile));

const corpus = join(here, '../../fuzz/corpus/known-hosts');
mkdirSync(corpus, { recursive: true });
for (const { name, line } of [...good, ...hostile]) {
  if (line !== '') writeFileSync(join(corpus, name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')), line);
}
