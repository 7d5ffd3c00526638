import { generateKeyPairSync } from 'node:crypto';
import { call, type CallInput, type CallOutput, type RouteId, type Transport } from '@writ/contract';
import {
  encodeSignature,
  formatPublicKeyLine,
  publicKeyFromObject,
  signRaw,
  type PublicKey,
} from '@writ/openssh/key';
import { encodeSshsig, sshsigSignedData } from '@writ/openssh/sshsig';
import { owner } from './installation.js';

/** Somebody who is signed in, with a proved Ed25519 key of their own. */
export interface Person {
  readonly name: string;
  readonly organization: string;
  readonly accessToken: string;
  /** One public-key line. */
  readonly publicKey: string;
}

/** Everybody's role: one login, up to eight hours. */
export const role = 'web';

/** Calls the service at `url` over HTTP. */
export function transportTo(url: string): Transport {
  return async ({ method, path, headers, body }) => {
    const answer = await fetch(url + path, { method, headers, body });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: new Uint8Array(await answer.arrayBuffer()),
    };
  };
}

export interface SignedIn {
  readonly name: string;
  readonly organization: string;
  readonly accessToken: string;
}

/** One call of a route as somebody. Rejects as `call` does. */
export function callAs<I extends RouteId>(
  url: string,
  who: SignedIn,
  id: I,
  input: CallInput<I>,
): Promise<CallOutput<I>> {
  return call(transportTo(url), id, { ...input, accessToken: who.accessToken });
}

/** Signs somebody in with their password. */
export async function signIn(
  url: string,
  name: string = owner.user,
  password: string = owner.password,
): Promise<SignedIn> {
  const tokens = await call(transportTo(url), 'signIn', {
    body: { organization: owner.organization, user: name, password },
  });
  return { name, organization: tokens.organization.handle, accessToken: tokens.accessToken };
}

/** Makes a key and proves it. */
export async function withKey(url: string, who: SignedIn): Promise<Person> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key: PublicKey = publicKeyFromObject(privateKey);
  const publicKey = formatPublicKeyLine({ key, comment: who.name });
  const params = { organization: who.organization };
  const { challenge, namespace } = await callAs(url, who, 'challengeKey', { params, body: { publicKey } });
  const signed = sshsigSignedData(namespace, Buffer.from(challenge));
  const signature = encodeSignature('ssh-ed25519', signRaw(privateKey, 'ssh-ed25519', signed));
  await callAs(url, who, 'proveKey', {
    params,
    body: { publicKey, challenge, signature: encodeSshsig({ publicKey: key, namespace, signature }) },
  });
  return { ...who, publicKey };
}

/** The owner, signed in; on a new installation the role `web` is made and theirs. */
export async function withRole(url: string, who: SignedIn): Promise<void> {
  const params = { organization: who.organization };
  await callAs(url, who, 'createRole', {
    params,
    body: { name: role, principals: 'logins', logins: ['deploy'], maxTtlSeconds: 28_800 },
  });
  await callAs(url, who, 'grantRole', { params: { ...params, role }, body: { user: who.name } });
}

/** The owner of a new installation, ready to ask for certificates. */
export async function firstPerson(url: string): Promise<Person> {
  const who = await signIn(url);
  await withRole(url, who);
  return withKey(url, who);
}

/** A new member with the role, signed in, with a key. */
export async function newPerson(url: string, by: SignedIn, name: string): Promise<Person> {
  const params = { organization: by.organization };
  const { invitation } = await callAs(url, by, 'inviteUser', { params, body: { name } });
  const tokens = await call(transportTo(url), 'acceptInvitation', {
    body: { invitation, password: owner.password },
  });
  await callAs(url, by, 'grantRole', { params: { ...params, role }, body: { user: name } });
  return withKey(url, { name, organization: by.organization, accessToken: tokens.accessToken });
}

/** What asks for a certificate: path and JSON body. */
export function issueRequest(who: Person): { path: string; body: { publicKey: string; role: string } } {
  return {
    path: `/v1/organizations/${who.organization}/certificates/user`,
    body: { publicKey: who.publicKey, role },
  };
}
