// Writes the first inputs of the corpus out of test/vectors: `node test/fuzz/make-corpus.mjs`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const corpus = join(import.meta.dirname, 'corpus');
const vectors = (path) => JSON.parse(readFileSync(join(import.meta.dirname, '../vectors', path), 'utf8'));
const text = (path) => readFileSync(join(import.meta.dirname, '../vectors', path), 'latin1');
const blob = (line) => Buffer.from(line.split(' ')[1], 'base64');

function save(target, inputs) {
  mkdirSync(join(corpus, target), { recursive: true });
  inputs.forEach((input, index) => {
    const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
    writeFileSync(join(corpus, target, `seed-${String(index).padStart(2, '0')}`), bytes);
  });
}

const publicLines = vectors('keys/public.json').map(({ line }) => line);
const made = vectors('certificates/made-by-ssh-keygen.json').map(({ certificate }) => certificate);
const few = [...made.slice(0, 5), ...made.slice(13, 22), ...made.slice(-7)];
const signatures = vectors('sshsig/made-by-ssh-keygen.json').signatures.map(({ armored }) => armored);
const skSignatures = vectors('sshsig/security-keys.json').signatures.map(({ armored }) => armored);
/** The signature at the end of a certificate: behind the length that reaches exactly to its end. */
const signatureOf = (bytes) => {
  for (let at = bytes.length - 68; at >= 0; at -= 1) {
    if (bytes.readUInt32BE(at) === bytes.length - at - 4) return bytes.subarray(at + 4);
  }
  throw new Error('no signature');
};

save('public-key', publicLines.map(blob));
save('public-key-line', [
  ...publicLines,
  `no-pty,command="echo \\"a b\\"" ${publicLines[0]} and more`,
  `cert-authority ${publicLines[1]}`,
]);
const inside = (armored) => Buffer.from(armored.replace(/-----.*-----/g, ''), 'base64');
const privateKeys = ['ed25519', 'ecdsa-256', 'rsa-2048', 'ed25519-locked'].map((name) =>
  text(`keys/private/${name}`),
);
const pemKeys = ['ecdsa-256-pem', 'ed25519-pkcs8', 'ed25519-pkcs8-locked'].map((name) =>
  text(`keys/private/${name}`),
);
save('private-key', [...privateKeys.map(inside), privateKeys[0], ...pemKeys]);
save('signature', few.map(blob).map(signatureOf));
save('certificate', few.map(blob));
save('certificate-line', few.slice(0, 6));
save(
  'lint',
  vectors('certificates/lint.json').good.map(({ tbs }) => Buffer.from(tbs, 'base64')),
);
save('source-address', [
  '10.0.0.0/8',
  '192.0.2.1,2001:db8::/32',
  '::ffff:10.0.0.1',
  '64:ff9b::192.0.2.1/128,0.0.0.0/0,::/0',
]);
save('sshsig', [...signatures, ...skSignatures].map(inside));
save('sshsig-armor', [signatures[0], skSignatures[0]]);
