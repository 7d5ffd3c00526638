// `npm run bench -- sign`: what the issuance cycle costs beside its two bare signature operations. Ed25519, no storage.
import { randomBytes, sign, verify } from 'node:crypto';
import {
  issueCertificate,
  poolVerifier,
  type IssuancePorts,
  type IssuanceRequest,
  type VerifyCertificate,
} from '@writ/issuance';
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
  randomBytes,
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
/** Everything but the verification, which answers yes unseen; decoding and the record are still in it. */
const unverified: IssuancePorts = { ...onOneCore, verify: () => Promise.resolve(true) };

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

import { decide } from '@writ/policy';
import { encodeTbs, lint, decodeCertificate, decodeTbs, noCriticalOptions, serial as ser } from '@writ/openssh/certificate';
import { encodeSignature, signRaw, fingerprint } from '@writ/openssh/key';
const cpu = async (name: string, f: () => unknown, n = 20000) => { for (let i=0;i<3000;i++) await f(); const c0=process.cpuUsage(); for (let i=0;i<n;i++) f(); const c=process.cpuUsage(c0); console.log(name.padEnd(30), (c.user+c.system)/n, 'us'); };
const cpuA = async (name: string, f: () => Promise<unknown>, n = 10000) => { for (let i=0;i<3000;i++) await f(); const c0=process.cpuUsage(); for (let i=0;i<n;i++) await f(); const c=process.cpuUsage(c0); console.log(name.padEnd(30), (c.user+c.system)/n, 'us'); };
const now = BigInt(Math.floor(Date.now()/1000));
const dec = decide({ ...request, now, backdate: 60n }); if (!dec.allowed) throw 1; const plan = dec.plan;
const fields = { certificateType: plan.certificateType, nonce: randomBytes(32), publicKey: plan.publicKey, serial: ser(5n), keyId: plan.keyId, validPrincipals: plan.validPrincipals, validAfter: plan.validAfter, validBefore: plan.validBefore, criticalOptions: plan.criticalOptions, extensions: plan.extensions, signatureKey: plan.authority.publicKey };
const blob = (await issueCertificate(onPool, request)).certificate.blob;
await cpuA('unverified', issue(unverified), 60000);
