// Makes the key vectors: `node test/vectors/keys/make.mjs`. Needs ssh-keygen and openssl; keys that exist are kept.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64, cat, hex, json, mpint, publicBlob, str, u32 } from '../wire.mjs';

const here = import.meta.dirname;
const files = join(here, 'private');
const scratch = mkdtempSync(join(tmpdir(), 'vectors-'));
mkdirSync(files, { recursive: true });
const passphrase = 'correct horse';
const write = (name, value) => writeFileSync(join(here, name), json(value));
const keygen = (...args) => execFileSync('ssh-keygen', args, { encoding: 'utf8' });

// Private keys of every type and format.
const made = [
  ['ed25519', ['-t', 'ed25519']],
  ['ecdsa-256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa-384', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa-521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa-2048', ['-t', 'rsa', '-b', '2048']],
  ['rsa-3072', ['-t', 'rsa', '-b', '3072']],
  ['ecdsa-256-pem', ['-t', 'ecdsa', '-b', '256', '-m', 'PEM']],
  ['rsa-2048-pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ['ecdsa-384-pkcs8', ['-t', 'ecdsa', '-b', '384', '-m', 'PKCS8']],
  ['rsa-2048-pkcs8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
];
const locked = [
  ['ed25519-locked', ['-t', 'ed25519', '-a', '4']],
  ['ecdsa-521-locked', ['-t', 'ecdsa', '-b', '521', '-a', '4', '-Z', 'aes128-ctr']],
  ['rsa-2048-locked', ['-t', 'rsa', '-b', '2048', '-a', '4', '-Z', 'aes256-cbc']],
  ['ecdsa-256-pem-locked', ['-t', 'ecdsa', '-b', '256', '-m', 'PEM']],
  ['rsa-2048-pem-locked', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ['ecdsa-256-pkcs8-locked', ['-t', 'ecdsa', '-b', '256', '-m', 'PKCS8']],
];
const unsupported = [
  ['gcm-locked', ['-t', 'ed25519', '-a', '4', '-Z', 'aes256-gcm@openssh.com']],
  ['chacha-locked', ['-t', 'ed25519', '-a', '4', '-Z', 'chacha20-poly1305@openssh.com']],
];
for (const [name, args] of made) generate(name, args, '');
for (const [name, args] of [...locked, ...unsupported]) generate(name, args, passphrase);
generate('dsa', ['-t', 'dsa'], '');
for (const [name, lock] of [
  ['ed25519-pkcs8', []],
  ['ed25519-pkcs8-locked', ['-aes256', '-pass', `pass:${passphrase}`]],
]) {
  if (existsSync(join(files, name))) continue;
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', ...lock, '-out', join(files, name)], { stdio: 'pipe' });
  const pem = readFileSync(join(files, name));
  const blob = publicBlob(createPublicKey(createPrivateKey({ key: pem, passphrase })));
  writeFileSync(join(files, `${name}.pub`), `ssh-ed25519 ${base64(blob)} ${name}\n`);
}

function generate(name, args, phrase) {
  const file = join(files, name);
  if (!existsSync(file)) keygen('-q', ...args, '-N', phrase, '-C', name, '-f', file);
}

const readable = [...made.map(([name]) => name), 'ed25519-pkcs8'];
const readableLocked = [...locked.map(([name]) => name), 'ed25519-pkcs8-locked'];
write('private.json', [
  ...readable.map((name) => ({ name, public: readPublic(name) })),
  ...readableLocked.map((name) => ({ name, passphrase, public: readPublic(name) })),
]);

function readPublic(name) {
  return readFileSync(join(files, `${name}.pub`), 'utf8').trim();
}

// Public keys, with what ssh-keygen says about them. Security keys are a point and an application string.
const point = Buffer.from(readPublic('ecdsa-256').split(' ')[1], 'base64').subarray(-69);
const edwards = Buffer.from(readPublic('ed25519').split(' ')[1], 'base64').subarray(-36);
const publicLines = [
  ...['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-2048', 'rsa-3072'].map(readPublic),
  `sk-ssh-ed25519@openssh.com ${base64(cat(str('sk-ssh-ed25519@openssh.com'), edwards, str('ssh:')))} sk-ed25519`,
  `sk-ecdsa-sha2-nistp256@openssh.com ${base64(
    cat(str('sk-ecdsa-sha2-nistp256@openssh.com'), str('nistp256'), point, str('ssh:acme')),
  )} sk-ecdsa`,
];
write(
  'public.json',
  publicLines.map((line) => {
    const file = join(scratch, 'key.pub');
    writeFileSync(file, `${line}\n`);
    const sha256 = keygen('-lf', file).split(' ')[1];
    const md5 = keygen('-lf', file, '-E', 'md5').split(' ')[1];
    return { type: line.split(' ')[0], comment: line.split(' ')[2], sha256, md5, line };
  }),
);

// Public keys that must be refused.
const ed = (bytes) => cat(str('ssh-ed25519'), str(bytes));
const goodEd = Buffer.from(readPublic('ed25519').split(' ')[1], 'base64');
const goodEc = Buffer.from(readPublic('ecdsa-256').split(' ')[1], 'base64');
const goodRsa = Buffer.from(readPublic('rsa-2048').split(' ')[1], 'base64');
const goodPoint = point.subarray(4);
const rsa = (e, n) => cat(str('ssh-rsa'), mpint(e), mpint(n));
const modulus = goodRsa.subarray(-256);
const e65537 = hex('010001');
const ec = (curve, content, type = `ecdsa-sha2-${curve}`) => cat(str(type), str(curve), str(content));
const sk = (application) => cat(str('sk-ssh-ed25519@openssh.com'), edwards, str(application));
const smallOrder = {
  'order 4': '00'.repeat(32),
  'order 4, sign bit set': `${'00'.repeat(31)}80`,
  'the neutral point': `01${'00'.repeat(31)}`,
  'order 2': `ec${'ff'.repeat(30)}7f`,
  'order 8': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'order 8, sign bit set': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'order 8, the other': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'y = p': `ed${'ff'.repeat(30)}7f`,
  'y = p + 1': `ee${'ff'.repeat(30)}7f`,
  'y = 2^255 − 1': `ff${'ff'.repeat(30)}7f`,
};
const certificate = hostCertificate();
function hostCertificate() {
  for (const name of ['ed25519', 'ecdsa-256']) {
    copyFileSync(join(files, name), join(scratch, name));
    chmodSync(join(scratch, name), 0o600);
    copyFileSync(join(files, `${name}.pub`), join(scratch, `${name}.pub`));
  }
  keygen('-q', '-s', join(scratch, 'ecdsa-256'), '-I', 'nested', '-n', 'anna', join(scratch, 'ed25519.pub'));
  return Buffer.from(readFileSync(join(scratch, 'ed25519-cert.pub'), 'utf8').split(' ')[1], 'base64');
}
const evenModulus = Buffer.from(modulus);
evenModulus[255] &= 0xfe;
/** 3 · a prime-looking number of 2047 bits. */
const timesThree = hex(
  ((BigInt(`0x${Buffer.from(modulus).toString('hex')}`) / 3n) | 1n) .toString(16).padStart(512, '0'),
);
const multipleOfThree = hex((BigInt(`0x${timesThree.toString('hex')}`) * 3n).toString(16).padStart(512, '0'));
const offCurve = Buffer.from(goodPoint);
offCurve[64] ^= 1;
const small = (bits) => publicBlob(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey);
const p256 = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';

const hostile = [
  ['wire_truncated', 'nothing at all', hex('')],
  ['wire_truncated', 'half a length', hex('0000')],
  ['wire_truncated', 'a type name longer than the rest', cat(u32(0xffffffff), 'ssh-ed25519')],
  ['wire_truncated', 'the key cut short', goodEd.subarray(0, -1)],
  ['wire_truncated', 'a length that lies', cat(str('ssh-ed25519'), u32(33), goodEd.subarray(-32))],
  ['wire_trailing_bytes', 'one byte behind the key', cat(goodEd, [0])],
  ['wire_trailing_bytes', 'a key behind the key', cat(goodEd, goodEd)],
  ['wire_text_not_utf8', 'a type name that is not UTF-8', cat(str(hex('ff')), goodEd.subarray(15))],
  ['wire_text_has_nul', 'a type name that ends in NUL', cat(str('ssh-ed25519\0'), goodEd.subarray(15))],
  ['key_type_unknown', 'a type that does not exist', cat(str('ssh-ed448'), str(Buffer.alloc(57)))],
  ['key_type_unknown', 'an empty type', str('')],
  ['key_type_unknown', 'a name every object has', cat(str('constructor'), str('x'))],
  ['key_type_unknown', 'upper case', cat(str('SSH-ED25519'), str(goodEd.subarray(-32)))],
  ['key_type_unknown', 'a signature algorithm in place of a key type', cat(str('rsa-sha2-512'), goodRsa.subarray(11))],
  ['key_type_dsa', 'DSA', Buffer.from(readPublic('dsa').split(' ')[1], 'base64')],
  ['key_is_certificate', 'a whole certificate', certificate],
  ['key_is_certificate', 'the name of a certificate type and garbage', cat(str('ssh-rsa-cert-v01@openssh.com'), 'xx')],
  ['key_is_certificate', 'the old certificate format', cat(str('ssh-rsa-cert-v00@openssh.com'), 'xx')],
  ['key_is_certificate', 'a DSA certificate', cat(str('ssh-dss-cert-v01@openssh.com'), 'xx')],
  ['key_ed25519_malformed', '31 bytes', ed(Buffer.alloc(31, 9))],
  ['key_ed25519_malformed', '33 bytes', ed(Buffer.alloc(33, 9))],
  ['key_ed25519_malformed', 'empty', ed('')],
  ...Object.entries(smallOrder).map(([name, bytes]) => ['key_ed25519_weak', name, ed(hex(bytes))]),
  ['key_ed25519_weak', 'a security key of small order', cat(str('sk-ssh-ed25519@openssh.com'), str(Buffer.alloc(32)), str('ssh:'))],
  ['key_curve_mismatch', 'another curve inside', ec('nistp384', goodPoint, 'ecdsa-sha2-nistp256')],
  ['key_curve_mismatch', 'an empty curve name', ec('', goodPoint, 'ecdsa-sha2-nistp256')],
  ['key_point_malformed', 'a compressed point', ec('nistp256', cat([2], goodPoint.subarray(1, 33)))],
  ['key_point_malformed', 'a hybrid point', ec('nistp256', cat([6], goodPoint.subarray(1)))],
  ['key_point_malformed', 'the point at infinity', ec('nistp256', hex('00'))],
  ['key_point_malformed', 'a coordinate too long', ec('nistp256', cat(goodPoint, [0]))],
  ['key_point_malformed', 'empty', ec('nistp256', '')],
  ['key_point_off_curve', 'one bit changed', ec('nistp256', offCurve)],
  ['key_point_off_curve', 'zero', ec('nistp256', cat([4], Buffer.alloc(64)))],
  ['key_point_off_curve', 'x = p', ec('nistp256', cat([4], hex(p256), goodPoint.subarray(33)))],
  ['key_point_off_curve', 'y = p', ec('nistp256', cat([4], goodPoint.subarray(1, 33), hex(p256)))],
  ['key_point_off_curve', 'a P-521 point of all ones', ec('nistp521', cat([4], Buffer.alloc(132, 0xff)))],
  ['key_rsa_too_small', '1024 bits', small(1024)],
  ['key_rsa_too_small', '2047 bits', rsa(e65537, cat([0x7f], modulus.subarray(1)))],
  ['key_rsa_too_small', 'no modulus', rsa(e65537, '')],
  ['key_rsa_too_large', '16385 bits', rsa(e65537, cat([1], Buffer.alloc(2047), [1]))],
  ['key_rsa_modulus_weak', 'even', rsa(e65537, evenModulus)],
  ['key_rsa_modulus_weak', 'divisible by 3', rsa(e65537, multipleOfThree)],
  ['key_rsa_exponent_refused', 'zero', rsa('', modulus)],
  ['key_rsa_exponent_refused', 'one', rsa([1], modulus)],
  ['key_rsa_exponent_refused', 'two', rsa([2], modulus)],
  ['key_rsa_exponent_refused', 'even', rsa(hex('010000'), modulus)],
  ['key_rsa_exponent_refused', '65 bits', rsa(hex('010000000000000001'), modulus)],
  ['wire_mpint_negative', 'a negative exponent', cat(str('ssh-rsa'), str(hex('ff')), mpint(modulus))],
  ['wire_mpint_negative', 'a modulus without its sign byte', cat(str('ssh-rsa'), mpint(e65537), str(modulus))],
  ['wire_mpint_not_canonical', 'an exponent with a leading zero', cat(str('ssh-rsa'), str(hex('00010001')), mpint(modulus))],
  ['wire_mpint_not_canonical', 'a modulus with two leading zeros', cat(str('ssh-rsa'), mpint(e65537), str(cat([0, 0], modulus)))],
  ['wire_mpint_not_canonical', 'zero as one byte', cat(str('ssh-rsa'), str([0]), mpint(modulus))],
  ['key_application_malformed', 'no application', sk('')],
  ['key_application_malformed', 'a NUL in the application', sk('ssh:\0')],
  ['key_application_malformed', 'a blank in the application', sk('ssh: x')],
  ['key_application_malformed', 'an application of 256 bytes', sk('a'.repeat(256))],
];
write('hostile.json', hostile.map(([code, name, blob]) => ({ code, name, blob: base64(blob) })));

// Lines that must be refused.
const [edType, edText] = readPublic('ed25519').split(' ');
const lines = [
  ['key_line_malformed', 'empty', ''],
  ['key_line_malformed', 'only blanks', ' \t '],
  ['key_line_malformed', 'a type and no key', edType],
  ['key_line_malformed', 'two lines', `${edType} ${edText} a\n${edType} ${edText} b`],
  ['key_line_malformed', 'a carriage return within', `${edType} ${edText} a\rb`],
  ['key_line_malformed', 'a NUL in the comment', `${edType} ${edText} a\0`],
  ['key_line_malformed', 'an escape character in the comment', `${edType} ${edText} \u001b[2J`],
  ['key_line_malformed', 'options whose quote never ends', `command="x ${edType} ${edText}`],
  ['key_type_unknown', 'a type that does not exist', `no-pty ssh-ed448 ${edText}`],
  ['key_type_dsa', 'DSA', readPublic('dsa')],
  ['key_is_certificate', 'a certificate', `ssh-ed25519-cert-v01@openssh.com ${base64(certificate)}`],
  ['key_type_mismatch', 'another type in front', `ssh-rsa ${edText}`],
  ['base64_malformed', 'a character that is not base64', `${edType} ${edText}*`],
  ['base64_malformed', 'URL-safe base64', `${edType} ${base64(cat(goodEd.subarray(0, 19), hex('ff'.repeat(32)))).replaceAll('/', '_')}`],
  ['base64_malformed', 'missing padding', `${edType} ${base64(goodEd.subarray(0, -1)).replace(/=+$/, '')}`],
  ['base64_malformed', 'stray bits in the last character', `${edType} ${base64(goodEd.subarray(0, -1)).replace(/.==?$/, 'B=')}`],
];
write('hostile-lines.json', lines.map(([code, name, line]) => ({ code, name, line })));

// Private key files that must be refused.
const pem = (bytes) =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64(bytes).replace(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
const envelope = ({ cipher = 'none', kdf = 'none', options = '', count = 1, key = goodEd, secret = Buffer.alloc(64), rest = '' }) =>
  pem(cat('openssh-key-v1\0', str(cipher), str(kdf), str(options), u32(count), str(key), str(secret), rest));
const bcrypt = (rounds) => cat(str(Buffer.alloc(16)), u32(rounds));
const readPrivate = (name) => readFileSync(join(files, name), 'utf8');
const unlocked = Buffer.from(readPrivate('ed25519').replace(/-----.*-----/g, ''), 'base64');
const swapped = cat(unlocked.subarray(0, unlocked.length));
goodEd.copy(swapped, unlocked.indexOf(goodEd));
swapped[unlocked.indexOf(goodEd) + 19 + 31] ^= 1;
const privates = [
  ['private_key_malformed', 'empty', ''],
  ['private_key_malformed', 'a public key', readPublic('ed25519')],
  ['private_key_malformed', 'a certificate of another kind', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['private_key_malformed', '65 KiB', `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(65 * 1024)}\n-----END PRIVATE KEY-----\n`],
  ['private_key_malformed', 'PKCS #8 of garbage', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ['private_key_malformed', 'no end line', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n'],
  ['private_key_malformed', 'another magic', pem('openssh-key-v2\0')],
  ['private_key_malformed', 'two keys in one file', envelope({ count: 2 })],
  ['private_key_malformed', 'no keys', envelope({ count: 0 })],
  ['private_key_malformed', 'a secret part of garbage', envelope({})],
  ['private_key_malformed', 'a secret part of half a block', envelope({ secret: Buffer.alloc(9) })],
  ['private_key_malformed', 'an encrypted part of half a block', envelope({ cipher: 'aes256-cbc', kdf: 'bcrypt', options: bcrypt(1), secret: Buffer.alloc(17) })],
  ['private_key_malformed', 'a key derivation of 2^32 − 1 rounds', envelope({ cipher: 'aes256-ctr', kdf: 'bcrypt', options: bcrypt(0xffffffff) })],
  ['private_key_malformed', 'the public key of another', pem(swapped)],
  ['wire_truncated', 'cut short', pem(unlocked.subarray(0, 60))],
  ['wire_trailing_bytes', 'bytes behind the end', envelope({ rest: 'x' })],
  ['private_key_passphrase_needed', 'encrypted, OpenSSH', readPrivate('ed25519-locked')],
  ['private_key_passphrase_needed', 'encrypted, PEM', readPrivate('rsa-2048-pem-locked')],
  ['private_key_passphrase_needed', 'encrypted, PKCS #8', readPrivate('ed25519-pkcs8-locked')],
  ['private_key_passphrase_wrong', 'encrypted, OpenSSH, CTR', readPrivate('ed25519-locked'), 'wrong'],
  ['private_key_passphrase_wrong', 'encrypted, OpenSSH, CBC', readPrivate('rsa-2048-locked'), 'wrong'],
  ['private_key_passphrase_wrong', 'encrypted, an empty passphrase', readPrivate('ed25519-locked'), ''],
  ['private_key_passphrase_wrong', 'encrypted, PEM', readPrivate('rsa-2048-pem-locked'), 'wrong'],
  ['private_key_passphrase_wrong', 'encrypted, PEM, EC', readPrivate('ecdsa-256-pem-locked'), 'wrong'],
  ['private_key_passphrase_wrong', 'encrypted, PKCS #8', readPrivate('ed25519-pkcs8-locked'), 'wrong'],
  ['private_key_cipher_unsupported', 'AES-GCM', readPrivate('gcm-locked'), passphrase],
  ['private_key_cipher_unsupported', 'ChaCha20', readPrivate('chacha-locked'), passphrase],
  ['private_key_is_security_key', 'a security key', envelope({ key: sk('ssh:') })],
  ['key_is_certificate', 'a certificate in place of the public key', envelope({ key: certificate })],
  ['key_type_dsa', 'DSA', readPrivate('dsa')],
  ['key_type_unknown', 'an X25519 key', generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['key_type_unknown', 'a key on secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['key_rsa_too_small', 'RSA with 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' })],
];
write(
  'hostile-private.json',
  privates.map(([code, name, text, phrase]) => ({ code, name, ...(phrase !== undefined && { passphrase: phrase }), text })),
);
rmSync(scratch, { recursive: true });
