import { randomUUID } from 'node:crypto';
import type { AuthorityRef, CertificateRecord } from '@writ/issuance';
import { assembleCertificate, encodeTbs, serial } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import { recorderContract, serialSourceContract, signerContract } from '@writ/testkit/contracts';
import {
  aCaller,
  anAuthority,
  certificateFields,
  keyPairNamed,
  plainKeyTypes,
  someBytes,
} from '@writ/testkit/fixtures';
import {
  memoryEpochs,
  memoryRecorder,
  memorySerialSource,
  memorySigner,
  type SerialState,
} from '@writ/testkit/memory';

signerContract('the signer in memory', () => {
  const authorities = plainKeyTypes.map((type) =>
    anAuthority(aCaller(), { publicKey: keyPairNamed('authority', type).publicKey }),
  );
  const keys = new Map(
    authorities.map(({ id, publicKey }) => [
      id,
      keyPairNamed('authority', publicKey.type as 'ssh-rsa').privateKey,
    ]),
  );
  return Promise.resolve({ signer: memorySigner(keys), authorities, close: () => Promise.resolve() });
});

serialSourceContract('the serial source in memory', () => {
  const state: SerialState = new Map();
  return Promise.resolve({
    open: () => Promise.resolve(memorySerialSource(state)),
    authority: () => Promise.resolve(anAuthority(aCaller())),
    leave(authority: AuthorityRef, left: bigint) {
      state.set(authority.id, (1n << 63n) - 1n - left);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});

recorderContract('the recorder in memory', () => {
  const epochs = memoryEpochs();
  const recorder = memoryRecorder(epochs, () => new Promise((resolve) => setImmediate(resolve)));
  const acme = { organizationId: randomUUID(), authorityId: randomUUID() };
  const { publicKey } = keyPairNamed('authority');
  let next = 0n;

  function record(where: typeof acme): CertificateRecord {
    const fields = certificateFields(publicKey, { serial: serial((next += 1n)) });
    const [userId, roleId] = [randomUUID(), randomUUID()];
    return {
      ...where,
      serial: fields.serial,
      certificateType: 'user',
      keyId: fields.keyId,
      validPrincipals: fields.validPrincipals,
      validAfter: fields.validAfter,
      validBefore: fields.validBefore,
      publicKeyFingerprint: fingerprint(fields.publicKey),
      userId,
      roleId,
      sessionId: null,
      certificate: assembleCertificate(encodeTbs(fields), someBytes(83)),
      issuedAt: 1_767_323_045_678,
      seen: [userId, roleId, where.authorityId].map((id) => ({ id, epoch: epochs.begin(id) })),
      actorName: 'ana',
      requestId: null,
      idempotency: null,
    };
  }

  return Promise.resolve({
    recorder,
    record: ({ anotherOrganization = false } = {}) =>
      Promise.resolve(
        record(anotherOrganization ? { organizationId: randomUUID(), authorityId: randomUUID() } : acme),
      ),
    raise(id: string) {
      epochs.raise(id);
      return Promise.resolve();
    },
    stored: (authorityId: string, number: bigint) =>
      Promise.resolve(
        recorder.records.find((each) => each.authorityId === authorityId && each.serial === number) ?? null,
      ),
    close: () => Promise.resolve(),
  });
});
