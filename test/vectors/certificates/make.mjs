// Makes the certificate vectors: `node test/vectors/certificates/make.mjs`. Needs ssh-keygen and ../keys.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64, cat, hex, json, mpint, publicBlob, str, u32, u64, u8 } from '../wire.mjs';

const here = import.meta.dirname;
const keys = join(here, '../keys');
const scratch = mkdtempSync(join(tmpdir(), 'vectors-'));
const write = (name, value) => writeFileSync(join(here, name), json(value));
const publicLine = (name) => readFileSync(join(keys, 'private', `${name}.pub`), 'utf8').trim();
const blobOf = (name) => Buffer.from(publicLine(name).split(' ')[1], 'base64');
const skLines = JSON.parse(readFileSync(join(keys, 'public.json'), 'utf8')).filter(({ type }) => type.startsWith('sk-'));

// 1. Certificates made by `ssh-keygen -s`, with every option it has.
const authorities = ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-3072'];
for (const name of authorities) {
  copyFileSync(join(keys, 'private', name), join(scratch, name));
  chmodSync(join(scratch, name), 0o600);
  copyFileSync(join(keys, 'private', `${name}.pub`), join(scratch, `${name}.pub`));
}
const hour = 3600;
const start = Date.UTC(2026, 0, 1) / 1000;
const window = { validAfter: start, validBefore: start + 8 * hour };
const time = (seconds) => new Date(seconds * 1000).toISOString().replace(/[-:T]|\.000Z/g, '');
const defaults = ['agent-forwarding', 'port-forwarding', 'pty', 'user-rc', 'X11-forwarding'];
const standard = ['permitX11Forwarding', 'permitAgentForwarding', 'permitPortForwarding', 'permitPty', 'permitUserRc'];
const all = { ...window, serial: 0, principals: ['anna'], extensions: standard };

const cases = [
  { name: 'nothing asked for: a user certificate for everybody and for ever', args: [], expect: { ...all, principals: [], validAfter: 0, validBefore: '18446744073709551615' }, forever: true },
  { name: 'one principal', args: ['-n', 'anna'], expect: all },
  { name: 'many principals', args: ['-n', 'anna,deploy,www-data,role:web-admin'], expect: { ...all, principals: ['anna', 'deploy', 'www-data', 'role:web-admin'] } },
  { name: 'text beyond ASCII', args: ['-n', 'änna'], id: 'Änna — 安娜', expect: { ...all, principals: ['änna'] } },
  { name: 'a small serial', args: ['-n', 'anna', '-z', '17'], expect: { ...all, serial: 17 } },
  { name: 'the largest serial', args: ['-n', 'anna', '-z', '18446744073709551615'], expect: { ...all, serial: '18446744073709551615' } },
  { name: 'clear', args: ['-n', 'anna', '-O', 'clear'], expect: { ...all, extensions: [] } },
  ...defaults.map((extension, index) => ({
    name: `no-${extension}`,
    args: ['-n', 'anna', '-O', `no-${extension}`],
    expect: { ...all, extensions: standard.filter((each) => each !== ['permitAgentForwarding', 'permitPortForwarding', 'permitPty', 'permitUserRc', 'permitX11Forwarding'][index]) },
  })),
  { name: 'permit after clear', args: ['-n', 'anna', '-O', 'clear', '-O', 'permit-pty', '-O', 'permit-X11-forwarding'], expect: { ...all, extensions: ['permitX11Forwarding', 'permitPty'] } },
  { name: 'no-touch-required', args: ['-n', 'anna', '-O', 'no-touch-required'], expect: { ...all, extensions: ['noTouchRequired', ...standard] } },
  { name: 'verify-required', args: ['-n', 'anna', '-O', 'verify-required'], expect: { ...all, verifyRequired: true } },
  { name: 'force-command', args: ['-n', 'anna', '-O', 'force-command=/bin/sh -c "echo $HOME, \'x\'"'], expect: { ...all, forceCommand: '/bin/sh -c "echo $HOME, \'x\'"' } },
  { name: 'source-address', args: ['-n', 'anna', '-O', 'source-address=10.0.0.0/8,192.0.2.1,2001:db8::/32'], expect: { ...all, sourceAddress: ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'] } },
  { name: 'all critical options', args: ['-n', 'anna', '-O', 'verify-required', '-O', 'source-address=10.0.0.0/8', '-O', 'force-command=id'], expect: { ...all, forceCommand: 'id', sourceAddress: ['10.0.0.0/8'], verifyRequired: true } },
  { name: 'an extension of a vendor, with a value', args: ['-n', 'anna', '-O', 'extension:login@acme.example=anna b'], expect: { ...all, other: [['login@acme.example', 'anna b']] } },
  { name: 'an extension of a vendor, without one', args: ['-n', 'anna', '-O', 'extension:flag@acme.example'], expect: { ...all, other: [['flag@acme.example', null]] } },
  { name: 'extensions around the known ones', args: ['-n', 'anna', '-O', 'extension:zz@acme.example=1', '-O', 'extension:aa@acme.example=2'], expect: { ...all, other: [['aa@acme.example', '2'], ['zz@acme.example', '1']] } },
  { name: 'a critical option of a vendor', args: ['-n', 'anna', '-O', 'critical:lock@acme.example=x'], expect: { ...all, unknown: [['lock@acme.example', 'x']] } },
  { name: 'a host certificate', args: ['-h', '-n', 'web-1.acme.example,10.0.0.7'], expect: { ...all, host: true, principals: ['web-1.acme.example', '10.0.0.7'], extensions: [] } },
  { name: 'a host certificate with a pattern', args: ['-h', '-n', '*.acme.example'], expect: { ...all, host: true, principals: ['*.acme.example'], extensions: [] } },
];
const made = [];
for (const { name, args, id = 'anna@acme', expect, forever } of cases) made.push(issue('ed25519', 'ed25519-pkcs8', name, args, id, expect, forever));
for (const authority of authorities) {
  for (const subject of ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-2048', ...skLines.map(({ comment }) => comment)]) {
    made.push(issue(authority, subject, `${subject} certified by ${authority}`, ['-n', 'anna'], 'anna@acme', all));
  }
}
made.push(issue('rsa-3072', 'ed25519', 'rsa-sha2-256', ['-n', 'anna', '-t', 'rsa-sha2-256'], 'anna@acme', all));
write('made-by-ssh-keygen.json', made);

function issue(authority, subject, name, args, keyId, expect, forever = false) {
  const line = skLines.find(({ comment }) => comment === subject)?.line ?? publicLine(subject);
  writeFileSync(join(scratch, 'subject.pub'), `${line}\n`);
  const validity = forever ? [] : ['-V', `${time(window.validAfter)}:${time(window.validBefore)}`];
  execFileSync('ssh-keygen', ['-q', '-s', join(scratch, authority), '-I', keyId, ...validity, ...args, join(scratch, 'subject.pub')], {
    env: { ...process.env, TZ: 'UTC' },
  });
  const certificate = readFileSync(join(scratch, 'subject-cert.pub'), 'utf8').trim();
  return { name, authority: publicLine(authority), subject: line, expect: { keyId, ...expect }, certificate };
}

// 2. Hostile certificates: one thing is wrong with each, and the signature is a real one over what is there.
const pemKey = (name) => createPrivateKey(readFileSync(join(keys, 'private', name)));
const authorityKey = pemKey('ed25519-pkcs8');
const authority = blobOf('ed25519-pkcs8');
const subject = blobOf('ed25519');
const subjectOnly = subject.subarray(15);
const option = (name, value) => cat(str(name), str(value === undefined ? '' : str(value)));
const good = {
  typeName: 'ssh-ed25519-cert-v01@openssh.com',
  nonce: str(Buffer.from(Array.from({ length: 32 }, (_, index) => index))),
  key: subjectOnly,
  serial: u64(17),
  type: u32(1),
  keyId: str('anna@acme'),
  principals: str(cat(str('anna'), str('deploy'))),
  validAfter: u64(start - 60),
  validBefore: u64(start + 8 * hour),
  criticalOptions: str(''),
  extensions: str(option('permit-pty')),
  reserved: str(''),
  signatureKey: str(authority),
};
const tbsOf = (change = {}) => {
  const { typeName, ...fields } = { ...good, ...change };
  return cat(str(typeName), ...Object.values(fields));
};
const edSignature = (tbs, key = authorityKey) => cat(str('ssh-ed25519'), str(sign(null, tbs, key)));
const certificateOf = (change) => {
  const tbs = tbsOf(change);
  return cat(tbs, str(edSignature(tbs)));
};
const withSignature = (signature, change) => cat(tbsOf(change), str(signature));
const tbs = tbsOf();
const valid = certificateOf();
const nested = cat(str('ssh-ed25519-cert-v01@openssh.com'), 'garbage that nobody may read');
const many = (count) => str(cat(...Array.from({ length: count }, (_, index) => str(`u${index}`))));
const ecBlob = blobOf('ecdsa-256');
const rsaBlob = blobOf('rsa-3072');
const ecSignature = (change) => {
  const raw = sign('sha256', tbsOf(change), { key: pemKey('ecdsa-256-pem'), dsaEncoding: 'ieee-p1363' });
  return { r: raw.subarray(0, 32), s: raw.subarray(32) };
};
const byEc = { signatureKey: str(blobOf('ecdsa-256-pem')) };
const { r, s } = ecSignature(byEc);
const ecBlobSignature = (...numbers) => withSignature(cat(str('ecdsa-sha2-nistp256'), str(cat(...numbers))), byEc);
const byRsa = { signatureKey: str(blobOf('rsa-2048-pkcs8')) };
const rsaRaw = (hash) => sign(hash, tbsOf(byRsa), pemKey('rsa-2048-pkcs8'));
const order256 = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

const hostile = [
  ['wire_truncated', 'nothing at all', hex('')],
  ['wire_truncated', 'only a type name', str('ssh-ed25519-cert-v01@openssh.com')],
  ['wire_truncated', 'cut off in the middle', valid.subarray(0, 200)],
  ['wire_truncated', 'without the signature', tbs],
  ['wire_truncated', 'a nonce that claims 4 GiB', certificateOf({ nonce: cat(u32(0xffffffff), Buffer.alloc(32)) })],
  ['wire_truncated', 'principals that end in the middle of a name', certificateOf({ principals: str(cat(u32(9), 'anna')) })],
  ['wire_truncated', 'principals with three stray bytes', certificateOf({ principals: str(cat(str('anna'), [0, 0, 0])) })],
  ['wire_truncated', 'an option without data', certificateOf({ extensions: str(str('permit-pty')) })],
  ['wire_trailing_bytes', 'one byte behind the certificate', cat(valid, [0])],
  ['wire_trailing_bytes', 'bytes behind the signature key', certificateOf({ signatureKey: str(cat(authority, 'x')) })],
  ['wire_trailing_bytes', 'bytes behind the signature', withSignature(cat(edSignature(tbs), [0]))],
  ['certificate_type_unknown', 'a plain key', subject],
  ['certificate_type_unknown', 'the old format', certificateOf({ typeName: 'ssh-rsa-cert-v00@openssh.com' })],
  ['certificate_type_unknown', 'DSA', certificateOf({ typeName: 'ssh-dss-cert-v01@openssh.com' })],
  ['certificate_type_unknown', 'an algorithm name in place of the type', certificateOf({ typeName: 'rsa-sha2-512-cert-v01@openssh.com' })],
  ['certificate_type_unknown', 'an X.509 name', certificateOf({ typeName: 'x509v3-ssh-rsa' })],
  ['certificate_role_unknown', 'type 0', certificateOf({ type: u32(0) })],
  ['certificate_role_unknown', 'type 3: user and host at once', certificateOf({ type: u32(3) })],
  ['certificate_principals_too_many', '257 principals', certificateOf({ principals: many(257) })],
  ['certificate_reserved_not_empty', 'something in the reserved field', certificateOf({ reserved: str('x') })],
  ['wire_text_has_nul', 'a NUL in the key id', certificateOf({ keyId: str('anna\0root') })],
  ['wire_text_has_nul', 'a NUL behind a principal, which OpenSSH drops', certificateOf({ principals: str(str('anna\0')) })],
  ['wire_text_not_utf8', 'a key id that is not UTF-8', certificateOf({ keyId: str(hex('fffe')) })],
  ['wire_text_not_utf8', 'a principal that is not UTF-8', certificateOf({ principals: str(str(hex('c3'))) })],
  ['wire_text_not_utf8', 'an overlong slash in a principal', certificateOf({ principals: str(str(hex('c0af'))) })],
  ['wire_text_not_utf8', 'half a surrogate pair', certificateOf({ principals: str(str(hex('eda080'))) })],
  ['option_name_malformed', 'an empty name', certificateOf({ extensions: str(option('')) })],
  ['option_name_malformed', 'a blank in the name', certificateOf({ extensions: str(option('permit pty')) })],
  ['option_name_malformed', 'a name beyond ASCII', certificateOf({ extensions: str(option('permit-ptÿ')) })],
  ['option_name_malformed', 'a name of 256 characters', certificateOf({ extensions: str(option('a'.repeat(256))) })],
  ['options_not_ordered', 'extensions in another order', certificateOf({ extensions: str(cat(option('permit-user-rc'), option('permit-pty'))) })],
  ['options_not_ordered', 'critical options in another order', certificateOf({ criticalOptions: str(cat(option('source-address', '10.0.0.0/8'), option('force-command', 'id'))) })],
  ['options_not_ordered', 'X after a, as a dictionary would have it', certificateOf({ extensions: str(cat(option('permit-agent-forwarding'), option('permit-X11-forwarding'))) })],
  ['option_duplicated', 'an extension twice', certificateOf({ extensions: str(cat(option('permit-pty'), option('permit-pty'))) })],
  ['option_duplicated', 'two forced commands', certificateOf({ criticalOptions: str(cat(option('force-command', 'id'), option('force-command', 'sh'))) })],
  ['option_value_malformed', 'a flag with a value', certificateOf({ extensions: str(option('permit-pty', 'yes')) })],
  ['option_value_malformed', 'a flag with an empty inner string', certificateOf({ extensions: str(option('permit-pty', '')) })],
  ['option_value_malformed', 'verify-required with a value', certificateOf({ criticalOptions: str(option('verify-required', 'no')) })],
  ['option_value_malformed', 'a forced command without its inner length', certificateOf({ criticalOptions: str(cat(str('force-command'), str('/bin/date'))) })],
  ['option_value_malformed', 'a forced command without a value', certificateOf({ criticalOptions: str(option('force-command')) })],
  ['option_value_malformed', 'source addresses without a value', certificateOf({ criticalOptions: str(option('source-address')) })],
  ['option_value_malformed', 'bytes behind the inner string', certificateOf({ criticalOptions: str(cat(str('force-command'), str(cat(str('id'), 'x')))) })],
  ['option_value_malformed', 'an inner length that is too long', certificateOf({ criticalOptions: str(cat(str('force-command'), str(cat(u32(3), 'id')))) })],
  ['option_value_malformed', 'three bytes in place of a string', certificateOf({ extensions: str(cat(str('x@acme.example'), str('abc'))) })],
  ['wire_text_has_nul', 'a NUL in a forced command', certificateOf({ criticalOptions: str(option('force-command', 'id\0; sh')) })],
  ['wire_text_not_utf8', 'a forced command that is not UTF-8', certificateOf({ criticalOptions: str(option('force-command', hex('ff'))) })],
  ['key_is_certificate', 'a certificate as signature key', certificateOf({ signatureKey: str(valid) })],
  ['key_is_certificate', 'the name of a certificate type as signature key; the rest is never read', certificateOf({ signatureKey: str(nested) })],
  ['key_type_dsa', 'a DSA signature key', certificateOf({ signatureKey: str(blobOf('dsa')) })],
  ['key_type_unknown', 'an unknown signature key', certificateOf({ signatureKey: str(str('ssh-ed448')) })],
  ['wire_truncated', 'an empty signature key', certificateOf({ signatureKey: str('') })],
  ['key_ed25519_weak', 'a certified key of small order', certificateOf({ key: str(Buffer.alloc(32)) })],
  ['key_ed25519_weak', 'a signature key of small order', certificateOf({ signatureKey: str(cat(str('ssh-ed25519'), str(Buffer.alloc(32)))) })],
  ['key_ed25519_malformed', 'a certificate inside the key field', certificateOf({ key: str(valid) })],
  ['key_rsa_too_small', 'a certified RSA key of 1024 bits', certificateOf({ typeName: 'ssh-rsa-cert-v01@openssh.com', key: publicBlob(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey).subarray(11) })],
  ['wire_mpint_not_canonical', 'a certified RSA key with leading zeros', certificateOf({ typeName: 'ssh-rsa-cert-v01@openssh.com', key: cat(str(hex('00010001')), rsaBlob.subarray(18)) })],
  ['key_curve_mismatch', 'a P-256 point under the P-384 type', certificateOf({ typeName: 'ecdsa-sha2-nistp384-cert-v01@openssh.com', key: ecBlob.subarray(23) })],
  ['key_point_off_curve', 'a certified point off the curve', certificateOf({ typeName: 'ecdsa-sha2-nistp256-cert-v01@openssh.com', key: cat(ecBlob.subarray(23, -1), [ecBlob.at(-1) ^ 1]) })],
  ['wire_truncated', 'an empty signature', withSignature('')],
  ['signature_algorithm_unknown', 'a signature of an unknown kind', withSignature(cat(str('ssh-ed448'), str(Buffer.alloc(114))))],
  ['signature_algorithm_unknown', 'a DSA signature', withSignature(cat(str('ssh-dss'), str(Buffer.alloc(40))))],
  ['signature_sha1_refused', 'RSA with SHA-1', withSignature(cat(str('ssh-rsa'), str(rsaRaw('sha1'))), byRsa)],
  ['signature_malformed', '63 bytes of Ed25519', withSignature(cat(str('ssh-ed25519'), str(Buffer.alloc(63))))],
  ['signature_malformed', 'a short RSA signature', withSignature(cat(str('rsa-sha2-512'), str(Buffer.alloc(255, 1))), byRsa)],
  ['signature_malformed', 'r = 0', ecBlobSignature(str(''), mpint(s))],
  ['signature_malformed', 's = n', ecBlobSignature(mpint(r), mpint(order256))],
  ['signature_malformed', 'r wider than the curve', ecBlobSignature(mpint(cat([1], Buffer.alloc(32))), mpint(s))],
  ['wire_mpint_negative', 'r negative', ecBlobSignature(str(cat([0x80], r.subarray(1))), mpint(s))],
  ['wire_mpint_not_canonical', 'r with a needless zero', ecBlobSignature(str(cat([0, 0x7f], r.subarray(1))), mpint(s))],
  ['wire_trailing_bytes', 'a third number in an ECDSA signature', ecBlobSignature(mpint(r), mpint(s), mpint([1]))],
  ['certificate_signature_mismatch', 'an ECDSA signature under an Ed25519 key', withSignature(cat(str('ecdsa-sha2-nistp256'), str(cat(mpint(r), mpint(s)))))],
  ['certificate_signature_mismatch', 'an Ed25519 signature under an RSA key', certificateOf(byRsa)],
  ['certificate_signature_mismatch', 'a security key signature under an Ed25519 key', withSignature(cat(str('sk-ssh-ed25519@openssh.com'), str(Buffer.alloc(64)), u8(1), u32(1)))],
];
write('hostile.json', hostile.map(([code, name, blob]) => ({ code, name, blob: base64(blob) })));

// 3. To-be-signed bytes that the lint must refuse, at `now` with a limit of 8 h and a back-dating of 60 s.
const now = start;
const principals = (...names) => ({ principals: str(cat(...names.map((each) => str(each)))) });
const critical = (...options) => ({ criticalOptions: str(cat(...options)) });
const extensions = (...options) => ({ extensions: str(cat(...options)) });
const host = { type: u32(2), extensions: str(''), ...principals('web-1.acme.example') };
const lint = [
  ['nonce_length_refused', 'no nonce', { nonce: str('') }],
  ['nonce_length_refused', '16 bytes', { nonce: str(Buffer.alloc(16)) }],
  ['certified_key_is_signature_key', 'the authority certifies itself', { key: authority.subarray(15) }],
  ['serial_out_of_range', 'serial 0', { serial: u64(0) }],
  ['serial_out_of_range', 'serial 2^63', { serial: u64(1n << 63n) }],
  ['serial_out_of_range', 'serial 2^64 − 1', { serial: u64((1n << 64n) - 1n) }],
  ['key_id_malformed', 'empty', { keyId: str('') }],
  ['key_id_malformed', 'a forged log line', { keyId: str('anna serial 1 CA ED25519') }],
  ['key_id_malformed', 'a line break', { keyId: str('anna\nAccepted publickey for root') }],
  ['key_id_malformed', '201 characters', { keyId: str('a'.repeat(201)) }],
  ['key_id_malformed', 'a letter beyond ASCII', { keyId: str('ännа') }],
  ['principals_empty', 'no principals', principals()],
  ['principal_malformed', 'an empty principal', principals('anna', '')],
  ['principal_malformed', 'a comma', principals('anna,root')],
  ['principal_malformed', 'a blank', principals('anna root')],
  ['principal_malformed', 'a line break', principals('anna\nroot')],
  ['principal_malformed', 'a tab', principals('anna\t')],
  ['principal_malformed', 'an escape character', principals('\u001b[2J')],
  ['principal_malformed', 'a no-break space', principals('anna\u00a0')],
  ['principal_malformed', 'a right-to-left mark', principals('anna\u200f')],
  ['principal_malformed', 'a star', principals('*')],
  ['principal_malformed', 'a pattern', { ...host, ...principals('*.acme.example') }],
  ['principal_malformed', 'a question mark', principals('ann?')],
  ['principal_malformed', 'a negation', principals('!root')],
  ['principal_malformed', 'a comment sign', principals('#anna')],
  ['principal_malformed', 'a double quote', principals('"anna"')],
  ['principal_malformed', 'a single quote', principals("anna'")],
  ['principal_malformed', 'a back quote', principals('`id`')],
  ['principal_malformed', '256 bytes', principals('a'.repeat(256))],
  ['principal_malformed', '128 letters of two bytes', principals('ä'.repeat(128))],
  ['validity_unbounded', 'for ever', { validBefore: u64((1n << 64n) - 1n) }],
  ['validity_inverted', 'ends before it begins', { validAfter: u64(start + hour), validBefore: u64(start + hour - 1) }],
  ['validity_inverted', 'an empty window', { validAfter: u64(start + hour), validBefore: u64(start + hour) }],
  ['validity_too_long', 'one second too long', { validBefore: u64(start + 8 * hour + 1) }],
  ['validity_too_long', 'a short window far in the future', { validAfter: u64(start + 90000), validBefore: u64(start + 90060) }],
  ['validity_over', 'ended a second ago', { validBefore: u64(start - 1) }],
  ['validity_over', 'ends now', { validBefore: u64(start) }],
  ['validity_not_begun', 'begins in a second', { validAfter: u64(start + 1) }],
  ['validity_not_begun', 'begins when it would be half over', { validAfter: u64(start + 4 * hour) }],
  ['validity_back_dated', 'one second too early', { validAfter: u64(start - 61) }],
  ['validity_back_dated', 'from the beginning of time', { validAfter: u64(0) }],
  ['host_critical_option', 'force-command', { ...host, ...critical(option('force-command', 'id')) }],
  ['host_critical_option', 'source-address', { ...host, ...critical(option('source-address', '10.0.0.0/8')) }],
  ['host_critical_option', 'verify-required', { ...host, ...critical(option('verify-required')) }],
  ['critical_option_unknown', 'of a vendor', critical(option('lock@acme.example', 'x'))],
  ['critical_option_unknown', 'of a vendor, for a host', { ...host, ...critical(option('lock@acme.example')) }],
  ['critical_option_unknown', 'an extension in the wrong list', critical(option('permit-pty'))],
  ['force_command_empty', 'nothing to run', critical(option('force-command', ''))],
  ['source_address_empty', 'no address', critical(option('source-address', ''))],
  ['source_address_empty', 'only commas', critical(option('source-address', ',,'))],
  ['source_address_malformed', 'an empty entry among others', critical(option('source-address', '10.0.0.0/8,'))],
  ['source_address_malformed', 'a host name', critical(option('source-address', 'web-1.acme.example'))],
  ['source_address_malformed', 'a pattern', critical(option('source-address', '10.*'))],
  ['source_address_malformed', 'a negation', critical(option('source-address', '!10.0.0.0/8'))],
  ['source_address_malformed', 'a blank', critical(option('source-address', '10.0.0.0/8, 192.0.2.0/24'))],
  ['source_address_malformed', 'bits behind the prefix', critical(option('source-address', '10.0.0.1/8'))],
  ['source_address_malformed', 'a prefix that is too long', critical(option('source-address', '10.0.0.0/33'))],
  ['source_address_malformed', 'an IPv6 prefix that is too long', critical(option('source-address', '2001:db8::/129'))],
  ['source_address_malformed', 'an octal octet', critical(option('source-address', '010.0.0.0/8'))],
  ['source_address_malformed', 'a short address', critical(option('source-address', '10.1'))],
  ['source_address_malformed', 'a zone', critical(option('source-address', 'fe80::1%eth0'))],
  ['source_address_malformed', 'IPv4 in IPv6 form', critical(option('source-address', '::ffff:10.0.0.1/128'))],
  ['source_address_malformed', 'a prefix with a leading zero', critical(option('source-address', '10.0.0.0/08'))],
  ['source_address_not_canonical', 'an address without a prefix', critical(option('source-address', '192.0.2.1'))],
  ['source_address_not_canonical', 'another order', critical(option('source-address', '192.0.2.0/24,10.0.0.0/8'))],
  ['source_address_not_canonical', 'twice the same', critical(option('source-address', '10.0.0.0/8,10.0.0.0/8'))],
  ['source_address_not_canonical', 'upper case', critical(option('source-address', '2001:DB8::/32'))],
  ['source_address_not_canonical', 'uncompressed', critical(option('source-address', '2001:db8:0:0:0:0:0:0/32'))],
  ['host_extension', 'permit-pty', { ...host, ...extensions(option('permit-pty')) }],
  ['host_extension', 'no-touch-required', { ...host, ...extensions(option('no-touch-required')) }],
  ['extension_name_malformed', 'a name without a domain', extensions(option('become-root'))],
  ['extension_name_malformed', 'a critical option in the wrong list', extensions(option('force-command', 'id'))],
  ['extension_name_malformed', 'an empty domain', extensions(option('x@'))],
  ['extension_name_malformed', 'no name before the domain', extensions(option('@acme.example'))],
  ['extension_name_malformed', 'two domains', extensions(option('x@acme@example'))],
  ['authority_key_type_refused', 'a security key', { signatureKey: str(Buffer.from(skLines[0].line.split(' ')[1], 'base64')) }],
  ['authority_rsa_too_small', '2048 bits', { signatureKey: str(blobOf('rsa-2048')) }],
  ['options_not_ordered', 'what does not decode is a finding too', extensions(option('permit-user-rc'), option('permit-pty'))],
  ['wire_trailing_bytes', 'a whole certificate in place of the to-be-signed bytes', null],
];
write('lint.json', {
  now: String(now),
  maxValidity: String(8 * hour),
  backdate: '60',
  good: [
    { name: 'a user certificate', tbs: base64(tbs) },
    { name: 'a host certificate', tbs: base64(tbsOf(host)) },
    { name: '256 principals of permitted characters', tbs: base64(tbsOf({ principals: many(256) })) },
    { name: 'everything allowed', tbs: base64(tbsOf({
      ...principals('änna', 'role:web-admin', 'DOMAIN\\anna', 'a'.repeat(255)),
      ...critical(option('force-command', ' exactly "this",\n\'$HOME\' '), option('source-address', '0.0.0.0/0,10.0.0.0/8,::/0,2001:db8::1/128'), option('verify-required')),
      ...extensions(option('aa@acme.example', hex('00ff')), option('no-touch-required'), option('permit-X11-forwarding'), option('permit-agent-forwarding'), option('permit-port-forwarding'), option('permit-pty'), option('permit-user-rc'), option('zz@acme.example')),
    })) },
    { name: 'a host certificate with an extension of a vendor', tbs: base64(tbsOf({ ...host, ...extensions(option('x@acme.example')) })) },
    { name: 'by an RSA authority of 3072 bits', tbs: base64(tbsOf({ signatureKey: str(rsaBlob) })) },
  ],
  refused: lint.map(([code, name, change]) => ({ code, name, tbs: base64(change === null ? valid : tbsOf(change)) })),
});
rmSync(scratch, { recursive: true });
