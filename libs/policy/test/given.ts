import { generateKeyPairSync } from 'node:crypto';
import { decodePublicKey, publicKeyFromObject, subjectKeyTypes, type PublicKey } from '@writ/openssh/key';
import { hostName, login, namePattern, type HostName } from '@writ/openssh/trust';
import { WireReader, WireWriter } from '@writ/openssh/wire';
import type {
  Authority,
  Caller,
  DecisionInput,
  HostCertificateRequest,
  KeyOwner,
  NameHolding,
  Role,
  UserCertificateRequest,
} from '../src/index.js';

export const now = 1_767_323_045n;

export const anaKey = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
export const rsaKey = publicKeyFromObject(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
export const authorityKey = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);

/** A security key's public key: an Ed25519 point and an application. */
export const securityKey: PublicKey = (() => {
  const reader = new WireReader(anaKey.blob, 'a key');
  reader.text();
  const writer = new WireWriter();
  writer.text('sk-ssh-ed25519@openssh.com');
  writer.raw(reader.rest());
  writer.text('ssh:');
  return decodePublicKey(writer.bytes());
})();

export const ana: Caller = {
  organizationId: 'acme-id',
  organizationHandle: 'k3v9q2m7x1c8z5b4',
  organizationName: 'acme',
  userId: 'ana-id',
  userName: 'ana',
  epoch: 3n,
  permissions: new Set(),
  authentication: { method: 'password', at: 0, strength: 'single', sessionId: 'session-id' },
};

export const operator: Caller = {
  ...ana,
  userId: 'oli-id',
  userName: 'oli',
  permissions: new Set(['host.sign']),
};

export const anasKey: KeyOwner = {
  kind: 'user',
  organizationId: 'acme-id',
  ownerId: 'ana-id',
  revoked: false,
};

export function role(over: Partial<Role> = {}): Role {
  return {
    id: 'web-id',
    handle: 'r4t7y2u9i1o6p3a8',
    name: 'web',
    epoch: 5n,
    principals: 'logins',
    selector: null,
    logins: [login('root'), login('deploy')],
    maxTtlSeconds: 3600,
    extensions: ['permit-pty'],
    criticalOptions: {},
    keyTypes: subjectKeyTypes,
    keyIdTemplate: '{user}@{organization}/{role}',
    maxSessionSeconds: null,
    memberOf: true,
    ...over,
  };
}

export function userCa(over: Partial<Authority> = {}): Authority {
  return {
    id: 'user-ca-id',
    organizationId: 'acme-id',
    kind: 'user',
    publicKey: authorityKey,
    maxValiditySeconds: 7200,
    epoch: 7n,
    state: 'active',
    ...over,
  };
}

export function hostCa(over: Partial<Authority> = {}): Authority {
  return userCa({ id: 'host-ca-id', kind: 'host', ...over });
}

export function userInput(
  over: Partial<DecisionInput<UserCertificateRequest>> = {},
  request: Partial<UserCertificateRequest> = {},
): DecisionInput<UserCertificateRequest> {
  return {
    caller: ana,
    roles: [role()],
    authority: userCa(),
    now,
    backdate: 60n,
    ...over,
    request: { kind: 'user', publicKey: anaKey, keyOwner: anasKey, ...request },
  };
}

export const web1 = hostName('web-1.acme.example');

export function hostInput(
  over: Partial<DecisionInput<HostCertificateRequest>> = {},
  request: Partial<HostCertificateRequest> = {},
): DecisionInput<HostCertificateRequest> {
  return {
    caller: operator,
    roles: [],
    authority: hostCa(),
    now,
    backdate: 60n,
    ...over,
    request: {
      kind: 'host',
      publicKey: anaKey,
      keyOwner: null,
      names: [web1],
      namePatterns: [namePattern('*.acme.example')],
      nameKeys: new Map(),
      replace: false,
      ...request,
    },
  };
}

export function heldBy(name: HostName, ...fingerprints: string[]): Map<HostName, NameHolding | null> {
  return new Map([[name, { hostNameId: `${name}-id`, epoch: 9n, fingerprints: new Set(fingerprints) }]]);
}
