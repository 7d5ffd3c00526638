import { z } from 'zod';
import { CertifiedKey, ProofChallenge } from '../resources/keys.js';
import { PageQuery, PublicKeyLine, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const keyRoutes = {
  challengeKey: route({
    id: 'challengeKey',
    method: 'POST',
    path: `${org}/keys/challenges`,
    summary: 'A fresh challenge with which to prove possession of a key',
    access: 'self',
    params: inOrganization,
    body: z.strictObject({ publicKey: PublicKeyLine }),
    response: ProofChallenge,
    status: 201,
    problems: ['public_key_invalid', 'key_taken'],
  }),
  proveKey: route({
    id: 'proveKey',
    method: 'POST',
    path: `${org}/keys`,
    summary:
      "Prove possession of a key with an SSHSIG over the challenge; the key is then the caller's for good",
    access: 'self',
    params: inOrganization,
    body: z.strictObject({
      publicKey: PublicKeyLine,
      challenge: z.string().min(1).max(2048),
      signature: z.string().min(1).max(16_384),
    }),
    response: CertifiedKey,
    status: 201,
    problems: ['public_key_invalid', 'key_taken', 'too_many_keys', 'challenge_invalid', 'proof_invalid'],
  }),
  listKeys: route({
    id: 'listKeys',
    method: 'GET',
    path: `${org}/keys`,
    summary: "The caller's own proved keys",
    access: 'self',
    params: inOrganization,
    query: z.strictObject(PageQuery),
    response: pageOf(CertifiedKey),
    problems: ['cursor_invalid'],
  }),
} as const;
