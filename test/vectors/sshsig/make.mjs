// Makes the SSH signature vectors: `node test/vectors/sshsig/make.mjs`. Needs ssh-keygen and ../keys.
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64, cat, hex, json, mpint, publicBlob, str, u32, u8 } from '../wire.mjs';

const here = import.meta.dirname;
const keys = join(here, '../keys/private');
const scratch = mkdtempSync(join(tmpdir(), 'vectors-'));
const write = (name, value) => writeFileSync(join(here, name), json(value));
const publicLine = (name) => readFileSync(join(keys, `${name}.pub`), 'utf8').trim();
const blobOf = (name) => Buffer.from(publicLine(name).split(' ')[1], 'base64');
const message = 'prove, 安娜\n\0';
const namespace = 'proof@writ';

// 1. Made by `ssh-keygen -Y sign`.
const made = [];
for (const name of ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-2048', 'rsa-3072']) {
  copyFileSync(join(keys, name), join(scratch, name));
  chmodSync(join(scratch, name), 0o600);
  for (const hash of ['sha256', 'sha512']) {
    const armored = execFileSync('ssh-keygen', ['-Y', 'sign', '-f', join(scratch, name), '-n', namespace, '-O', `hashalg=${hash}`], {
      input: message,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    made.push({ name: `${name} ${hash}`, hash, key: publicLine(name), armored });
  }
}
write('made-by-ssh-keygen.json', { namespace, message: base64(Buffer.from(message)), signatures: made });

// 2. Security keys: what an authenticator does, in software. Flags: 1 touched, 4 person verified.
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const armor = (bytes) =>
  `-----BEGIN SSH SIGNATURE-----\n${base64(bytes).replace(/.{70}/g, '$&\n').trimEnd()}\n-----END SSH SIGNATURE-----\n`;
const toSign = (change = {}) => {
  const { space, hash } = { space: namespace, hash: 'sha512', ...change };
  return cat('SSHSIG', str(space), str(''), str(hash), str(createHash(hash).update(message).digest()));
};
const wrap = ({ magic = 'SSHSIG', version = 1, key, space = namespace, reserved = '', hash = 'sha512', signature, rest = '' }) =>
  cat(magic, u32(version), str(key), str(space), str(reserved), str(hash), str(signature), rest);
const skEd = generateKeyPairSync('ed25519');
const skEc = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const application = 'ssh:';
const skEdBlob = cat(str('sk-ssh-ed25519@openssh.com'), publicBlob(skEd.publicKey).subarray(15), str(application));
const skEcBlob = cat(str('sk-ecdsa-sha2-nistp256@openssh.com'), publicBlob(skEc.publicKey).subarray(23), str(application));
const skData = (flags, counter, space) => cat(sha256(application), u8(flags), u32(counter), sha256(toSign({ space })));
const skEdSignature = (flags, counter, space = namespace) =>
  cat(str('sk-ssh-ed25519@openssh.com'), str(sign(null, skData(flags, counter, space), skEd.privateKey)), u8(flags), u32(counter));
const skEcSignature = (flags, counter) => {
  const raw = sign('sha256', skData(flags, counter, namespace), { key: skEc.privateKey, dsaEncoding: 'ieee-p1363' });
  const numbers = cat(mpint(raw.subarray(0, 32)), mpint(raw.subarray(32)));
  return cat(str('sk-ecdsa-sha2-nistp256@openssh.com'), str(numbers), u8(flags), u32(counter));
};
const skLine = (blob) => `${blob.subarray(4, 4 + blob.readUInt32BE()).toString()} ${base64(blob)}`;
write('security-keys.json', {
  namespace,
  message: base64(Buffer.from(message)),
  signatures: [0, 1, 4, 5].flatMap((flags) => [
    { name: `sk-ed25519, flags ${flags}`, flags, key: skLine(skEdBlob), armored: armor(wrap({ key: skEdBlob, signature: skEdSignature(flags, 7) })) },
    { name: `sk-ecdsa, flags ${flags}`, flags, key: skLine(skEcBlob), armored: armor(wrap({ key: skEcBlob, signature: skEcSignature(flags, 0xffffffff) })) },
  ]),
});

// 3. Signatures that must be refused, when asked about `namespace` and `message`.
const pemKey = (name) => createPrivateKey(readFileSync(join(keys, name)));
const edKey = pemKey('ed25519-pkcs8');
const edBlob = blobOf('ed25519-pkcs8');
const edSigned = (bytes) => cat(str('ssh-ed25519'), str(sign(null, bytes, edKey)));
const good = { key: edBlob, signature: edSigned(toSign()) };
const goodText = armor(wrap(good));
const flipped = Buffer.from(good.signature);
flipped[40] ^= 1;
const rsaBlob = blobOf('rsa-2048-pkcs8');
const rsaSignature = (name, hash) => cat(str(name), str(sign(hash, toSign(), pemKey('rsa-2048-pkcs8'))));
const certificateName = 'ssh-ed25519-cert-v01@openssh.com';
const skFlagsChanged = skEdSignature(0, 7);
skFlagsChanged[skFlagsChanged.length - 5] = 1;
const skCounterChanged = skEdSignature(1, 7);
skCounterChanged[skCounterChanged.length - 1] = 8;
const hostile = [
  ['sshsig_armor_malformed', 'empty', ''],
  ['sshsig_armor_malformed', 'only the base64', base64(wrap(good))],
  ['sshsig_armor_malformed', 'another mark', goodText.replaceAll('SSH SIGNATURE', 'PGP SIGNATURE')],
  ['sshsig_armor_malformed', 'no end', goodText.replace(/-----END.*/s, '')],
  ['sshsig_armor_malformed', 'the marks alone, overlapping', '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----'.replace('\n', '')],
  ['sshsig_armor_malformed', 'text in front', `x${goodText}`],
  ['sshsig_armor_malformed', '65 KiB', `-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(65 * 1024)}\n-----END SSH SIGNATURE-----\n`],
  ['base64_malformed', 'two signatures', goodText + goodText],
  ['base64_malformed', 'a blank in the base64', goodText.replace('U1NIU0lH', 'U1NI U0lH')],
  ['base64_malformed', 'a header line', goodText.replace('\nU1NI', '\nComment: x\nU1NI')],
  ['sshsig_magic_wrong', 'another magic', armor(wrap({ ...good, magic: 'SSHSIX' }))],
  ['sshsig_magic_wrong', 'nothing inside', '-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n'],
  ['sshsig_magic_wrong', 'three bytes', armor(hex('535348'))],
  ['sshsig_version_unknown', 'version 0', armor(wrap({ ...good, version: 0 }))],
  ['sshsig_version_unknown', 'version 2', armor(wrap({ ...good, version: 2 }))],
  ['sshsig_reserved_not_empty', 'something reserved', armor(wrap({ ...good, reserved: 'x' }))],
  ['sshsig_hash_unknown', 'SHA-1', armor(wrap({ ...good, hash: 'sha1' }))],
  ['sshsig_hash_unknown', 'SHA-384', armor(wrap({ ...good, hash: 'sha384' }))],
  ['sshsig_namespace_malformed', 'no namespace', armor(wrap({ ...good, space: '' }))],
  ['sshsig_namespace_malformed', 'a line break in the namespace', armor(wrap({ ...good, space: 'a\nb' }))],
  ['sshsig_namespace_differs', 'made for files', armor(wrap({ ...good, space: 'file', signature: edSigned(toSign({ space: 'file' })) }))],
  ['sshsig_not_verified', 'made for files, and says otherwise', armor(wrap({ ...good, signature: edSigned(toSign({ space: 'file' })) }))],
  ['sshsig_not_verified', 'made with another hash than it says', armor(wrap({ ...good, signature: edSigned(toSign({ hash: 'sha256' })) }))],
  ['sshsig_not_verified', 'over the message itself', armor(wrap({ ...good, signature: edSigned(Buffer.from(message)) }))],
  ['sshsig_not_verified', 'one bit changed', armor(wrap({ ...good, signature: flipped }))],
  ['sshsig_not_verified', 'under another key', armor(wrap({ ...good, key: blobOf('ed25519') }))],
  ['sshsig_not_verified', 'a security key that says it was touched', armor(wrap({ key: skEdBlob, signature: skFlagsChanged }))],
  ['sshsig_not_verified', 'a security key with another counter', armor(wrap({ key: skEdBlob, signature: skCounterChanged }))],
  ['sshsig_not_verified', 'a security key of another application', armor(wrap({ key: cat(skEdBlob.subarray(0, -4), 'tls:'), signature: skEdSignature(1, 7) }))],
  ['sshsig_user_not_present', 'a security key that was not touched', armor(wrap({ key: skEdBlob, signature: skEdSignature(0, 7) }))],
  ['signature_sha1_refused', 'RSA with SHA-1', armor(wrap({ key: rsaBlob, signature: rsaSignature('ssh-rsa', 'sha1') }))],
  ['sshsig_not_verified', 'RSA with SHA-256 that says SHA-512', armor(wrap({ key: rsaBlob, signature: rsaSignature('rsa-sha2-512', 'sha256') }))],
  ['signature_algorithm_mismatch', 'an Ed25519 signature under an RSA key', armor(wrap({ ...good, key: rsaBlob }))],
  ['signature_algorithm_mismatch', 'an Ed25519 signature under a security key', armor(wrap({ ...good, key: skEdBlob }))],
  ['signature_algorithm_mismatch', 'a security key signature under an Ed25519 key', armor(wrap({ key: edBlob, signature: skEdSignature(1, 7) }))],
  ['signature_algorithm_unknown', 'a WebAuthn signature', armor(wrap({ key: skEcBlob, signature: cat(str('webauthn-sk-ecdsa-sha2-nistp256@openssh.com'), str('')) }))],
  ['key_is_certificate', 'a certificate in place of the key', armor(wrap({ ...good, key: cat(str(certificateName), 'x') }))],
  ['key_type_dsa', 'DSA', armor(wrap({ ...good, key: blobOf('dsa') }))],
  ['wire_truncated', 'cut short', armor(wrap(good).subarray(0, -1))],
  ['wire_truncated', 'a security key signature without counter', armor(wrap({ key: skEdBlob, signature: skEdSignature(1, 7).subarray(0, -4) }))],
  ['wire_trailing_bytes', 'bytes behind the signature', armor(wrap({ ...good, rest: 'x' }))],
  ['wire_trailing_bytes', 'a counter behind an ordinary signature', armor(wrap({ ...good, signature: cat(good.signature, u8(1), u32(1)) }))],
];
write('hostile.json', {
  namespace,
  message: base64(Buffer.from(message)),
  key: publicLine('ed25519-pkcs8'),
  good: goodText,
  refused: hostile.map(([code, name, armored]) => ({ code, name, armored })),
});
rmSync(scratch, { recursive: true });
