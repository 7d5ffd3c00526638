// `npm run bench -- sign`: what the issuance cycle costs beside its two bare signature operations. Ed25519, no storage.
import { randomBytes, sign, verify } from 'node:crypto';
import {
  inBlocks,
  issueCertificate,
  poolVerifier,
  type IssuancePorts,
  type IssuanceRequest,
  type VerifyCertificate,
} from '@writ/issuance';
import { decideOrRefuse, lintBeforeSigning, sign as signStep, takeSerial } from '@writ/issuance/cycle';
import { systemClock } from '@writ/kernel';
import { verifyCertificate } from '@writ/openssh/certificate';
import { publicKeyObject } from '@writ/openssh/key';
import { generateAuthorityKey, KeyEncryptionKey, LocalSigner, sealAuthorityKey } from '@writ/signer';
import { aCaller, anAuthority, aRole, newKeyPair, provedBy } from '@writ/testkit/fixtures';
import { memorySerialSource, memorySigner } from '@writ/testkit/memory';
import { report, type Row } from './frame.js';
import { median } from './measure.js';

/** Each figure and its baseline take turns, this many times, and the medians of both are reported. */
const rounds = 15;
const sliceMilliseconds = 400;
const inFlight = 64;
const target = 0.6;

/** Runs for one slice of time; resolves to how often per second it ran. */
type Slice = () => Promise<number>;

/** `act` on the calling thread, one after the other, with no event loop between. */
function inLoop(act: () => void): Slice {
  return () => {
    const begun = performance.now();
    let count = 0;
    let elapsed = 0;
    while (elapsed < sliceMilliseconds) {
      for (let i = 0; i < 50; i++) act();
      count += 50;
      elapsed = performance.now() - begun;
    }
    return Promise.resolve((count * 1000) / elapsed);
  };
}

/** `act`, with `width` of them in flight at any time. */
function inParallel(width: number, act: () => Promise<unknown>): Slice {
  return async () => {
    const begun = performance.now();
    let count = 0;
    const lane = async (): Promise<void> => {
      while (performance.now() - begun < sliceMilliseconds) {
        await act();
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: width }, lane));
    return (count * 1000) / (performance.now() - begun);
  };
}

const caller = aCaller();
const kek = new KeyEncryptionKey(randomBytes(32));
const authorityKey = await generateAuthorityKey('ed25519');
const authority = anAuthority(caller, { publicKey: authorityKey.publicKey });
const sealed = sealAuthorityKey(kek, authority, authorityKey.privateKey);
const { publicKey, keyOwner } = provedBy(caller, newKeyPair().publicKey);
const request: IssuanceRequest = {
  caller,
  roles: [aRole()],
  authority,
  request: { kind: 'user', publicKey, keyOwner },
  requestId: null,
  idempotency: null,
};

const onPool: IssuancePorts = {
  clock: systemClock,
  randomBytes: inBlocks(randomBytes),
  serials: memorySerialSource(),
  signer: new LocalSigner(kek, () => Promise.resolve(sealed)),
  verify: poolVerifier(),
  recorder: { record: () => Promise.resolve({ outcome: 'recorded' }) },
  backdateSeconds: 60,
};
const { privateKey } = authorityKey;
const verifyingKey = publicKeyObject(authority.publicKey);
const onThisThread: VerifyCertificate = (certificate) =>
  Promise.resolve(verifyCertificate(certificate, verifyingKey));
const onOneCore: IssuancePorts = {
  ...onPool,
  signer: memorySigner(new Map([[authority.id, privateKey]])),
  verify: onThisThread,
};
const { tbs } = (await issueCertificate(onPool, request)).certificate;
const bareSign = (): Uint8Array => sign(null, tbs, privateKey);
const bareBoth = (): void => {
  if (verify(null, tbs, verifyingKey, bareSign()) !== true) throw new Error('does not verify');
};
const pooledBoth = (): Promise<void> =>
  new Promise((resolve, reject) => {
    sign(null, tbs, privateKey, (failed, signature) => {
      if (failed !== null) return reject(failed);
      verify(null, tbs, verifyingKey, signature, (error, genuine) =>
        error === null && genuine ? resolve() : reject(error ?? new Error('does not verify')),
      );
    });
  });

/** The cycle up to the signature, and the certificate put together. */
async function upToTheSignature(): Promise<void> {
  const decided = decideOrRefuse(onOneCore, request);
  const numbered = await takeSerial(onOneCore, decided);
  await signStep(onOneCore, lintBeforeSigning(onOneCore, numbered));
}

const issue = (ports: IssuancePorts) => (): Promise<unknown> => issueCertificate(ports, request);

async function compare(name: string, asked: boolean, figure: Slice, baseline: Slice): Promise<Row> {
  const figures: number[] = [];
  const baselines: number[] = [];
  // The first round warms both up and does not count.
  for (let round = 0; round <= rounds; round++) {
    const [mine, bare] = [await figure(), await baseline()];
    if (round === 0) continue;
    figures.push(mine);
    baselines.push(bare);
  }
  const [value, bare] = [median(figures), median(baselines)];
  const ratio = value / bare;
  return {
    name,
    value,
    unit: 'certificates/s',
    baseline: bare,
    ratio,
    target: asked ? `≥ ${target} of bare` : null,
    met: asked ? ratio >= target : null,
  };
}

report('sign', [
  await compare(
    `cycle, ${inFlight} in flight on both cores, against bare sign + verify in a loop`,
    true,
    inParallel(inFlight, issue(onPool)),
    inLoop(bareBoth),
  ),
  await compare(
    `the same, against bare sign + verify, ${inFlight} in flight on both cores`,
    false,
    inParallel(inFlight, issue(onPool)),
    inParallel(inFlight, pooledBoth),
  ),
  await compare(
    'cycle, one at a time on one core, against bare sign + verify in a loop',
    false,
    inParallel(1, issue(onOneCore)),
    inLoop(bareBoth),
  ),
  await compare(
    'decide + encode + lint + sign, one at a time on one core, against bare sign in a loop',
    true,
    inParallel(1, upToTheSignature),
    inLoop(bareSign),
  ),
]);
