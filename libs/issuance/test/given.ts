import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { CodedError } from '@writ/kernel';
import { serial } from '@writ/openssh/certificate';
import {
  encodeSignature,
  fingerprint,
  publicKeyFromObject,
  signatureAlgorithmFor,
  signRaw,
  type PublicKey,
} from '@writ/openssh/key';
import { hostName, login, namePattern } from '@writ/openssh/trust';
import type { Authority, Caller, HostCertificateRequest, Role } from '@writ/policy';
import {
  poolVerifier,
  type CertificateRecord,
  type IssuancePorts,
  type IssuanceRequest,
  type Recorded,
  type Signer,
} from '../src/index.js';

export const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const authorityPair = generateKeyPairSync('ed25519');
export const anotherPair = generateKeyPairSync('ed25519');
export const subjectKey = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);

export const ana: Caller = {
  organizationId: 'acme-id',
  organizationHandle: 'k3v9q2m7x1c8z5b4',
  organizationName: 'acme',
  userId: 'ana-id',
  userName: 'ana',
  epoch: 3n,
  permissions: new Set(['host.sign']),
  authentication: { method: 'password', at: start, strength: 'single', sessionId: 'session-id' },
};

export const web: Role = {
  id: 'web-id',
  handle: 'r4t7y2u9i1o6p3a8',
  name: 'web',
  epoch: 5n,
  principals: 'logins',
  selector: null,
  logins: [login('root'), login('deploy')],
  maxTtlSeconds: 3600,
  extensions: ['permit-pty'],
  criticalOptions: { forceCommand: 'uptime', sourceAddress: ['10.0.0.0/8'] },
  keyTypes: ['ssh-ed25519'],
  keyIdTemplate: '{user}@{organization}/{role}',
  maxSessionSeconds: null,
  memberOf: true,
};

export function authority(kind: 'user' | 'host', publicKey?: PublicKey): Authority {
  return {
    id: `${kind}-ca-id`,
    organizationId: 'acme-id',
    kind,
    publicKey: publicKey ?? publicKeyFromObject(authorityPair.publicKey),
    maxValiditySeconds: 7200,
    epoch: 7n,
    state: 'active',
  };
}

/** Ana asks for a certificate of her own key. */
export function userRequest(over: Partial<IssuanceRequest> = {}): IssuanceRequest {
  return {
    caller: ana,
    roles: [web],
    authority: authority('user'),
    request: {
      kind: 'user',
      publicKey: subjectKey,
      keyOwner: { kind: 'user', organizationId: 'acme-id', ownerId: 'ana-id', revoked: false },
    },
    requestId: 'request-id',
    idempotency: null,
    ...over,
  };
}

/** Ana asks for a certificate of a host key that holds its name. */
export function hostRequest(over: Partial<HostCertificateRequest> = {}): IssuanceRequest {
  const name = hostName('web-1.acme.example');
  const holding = { hostNameId: 'name-id', epoch: 9n, fingerprints: new Set([fingerprint(subjectKey)]) };
  return userRequest({
    authority: authority('host'),
    request: {
      kind: 'host',
      publicKey: subjectKey,
      keyOwner: null,
      names: [name],
      namePatterns: [namePattern('*.acme.example')],
      nameKeys: new Map([[name, holding]]),
      replace: false,
      ...over,
    },
  });
}

/** A signer that signs with `key`, whatever authority it is asked for. */
export function signerWith(key: KeyObject = authorityPair.privateKey): Signer {
  return {
    sign(_authority, linted) {
      const algorithm = signatureAlgorithmFor(publicKeyFromObject(key));
      return Promise.resolve(encodeSignature(algorithm, signRaw(key, algorithm, linted.take())));
    },
  };
}

/** Ports that work, and a list of what was recorded and of what was asked, in order. */
export interface World {
  readonly ports: IssuancePorts;
  readonly records: readonly CertificateRecord[];
  readonly asked: readonly string[];
}

/** Working ports with `over` in place of their own. `recorded` is what the recorder answers. */
export function world(
  over: Partial<IssuancePorts> = {},
  recorded: Recorded = { outcome: 'recorded' },
): World {
  const records: CertificateRecord[] = [];
  const asked: string[] = [];
  const verify = poolVerifier();
  const own: IssuancePorts = {
    clock: () => start,
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
    serials: { take: () => Promise.resolve(serial(17n)) },
    signer: signerWith(),
    verify,
    recorder: {
      record(record) {
        if (recorded.outcome === 'recorded') records.push(record);
        return Promise.resolve(recorded);
      },
    },
    backdateSeconds: 60,
  };
  const used = { ...own, ...over };
  const ports: IssuancePorts = {
    ...used,
    serials: { take: (of) => (asked.push('serial'), used.serials.take(of)) },
    signer: { sign: (of, linted) => (asked.push('sign'), used.signer.sign(of, linted)) },
    verify: (certificate, key) => (asked.push('verify'), used.verify(certificate, key)),
    recorder: { record: (record) => (asked.push('record'), used.recorder.record(record)) },
  };
  return { ports, records, asked };
}

/** A rejection with that code, as a port ends. */
export function ending(code: string): Promise<never> {
  return Promise.reject(new CodedError(code, 'A port failed.'));
}
