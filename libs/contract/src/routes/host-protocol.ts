import { z } from 'zod';
import { HostChallenge, HostKeysAnswer, HostReport, JoinedHost } from '../resources/host-protocol.js';
import { HostSessionsReport } from '../resources/host-sessions.js';
import { DecimalString, Fingerprint, Line, PublicKeyLine, Uuid } from '../values.js';
import { Wait, inOrganization, org, route } from './parts.js';

const JoinSecret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a secret of a join token has 43 characters');

/** Base64 of a challenge's text, and of an SSHSIG without its armor. */
const Challenge = z.base64().min(1).max(4096);

const Signature = z.base64().min(1).max(16_384);

const BundleVersion = z.string().regex(/^[1-9][0-9]{0,17}$/, 'a version is a number of at most 18 figures');

export const hostProtocolRoutes = {
  challengeJoin: route({
    id: 'challengeJoin',
    method: 'POST',
    path: `${org}/join/challenges`,
    summary: 'A fresh challenge that every key of a host which joins has to sign',
    access: 'public',
    params: inOrganization,
    body: z.strictObject({
      secret: JoinSecret,
      name: z.string().min(1).max(253),
      publicKeys: z.array(PublicKeyLine).min(1).max(8),
    }),
    response: HostChallenge,
    status: 201,
    problems: ['join_token_invalid', 'public_key_invalid', 'request_refused'],
  }),
  join: route({
    id: 'join',
    method: 'POST',
    path: `${org}/join`,
    summary: 'Join a host: its keys are its own from then on, and its name nobody else’s',
    access: 'public',
    params: inOrganization,
    body: z.strictObject({
      secret: JoinSecret,
      name: z.string().min(1).max(253),
      challenge: Challenge,
      signatures: z.array(Signature).min(1).max(8),
      kit: Line.max(64),
      openssh: Line.max(64),
    }),
    response: JoinedHost,
    status: 201,
    problems: [
      'join_token_invalid',
      'public_key_invalid',
      'challenge_invalid',
      'proof_invalid',
      'request_refused',
      'grant_refused',
      'host_name_taken',
      'key_taken',
    ],
  }),
  challengeHost: route({
    id: 'challengeHost',
    method: 'POST',
    path: `${org}/host/challenges`,
    summary: 'A fresh challenge that a key of a joined host has to sign for a new host token',
    access: 'public',
    params: inOrganization,
    body: z.strictObject({ host: Uuid }),
    response: HostChallenge,
    status: 201,
    problems: ['host_removed'],
  }),
  giveHostToken: route({
    id: 'giveHostToken',
    method: 'POST',
    path: `${org}/host/tokens`,
    summary: 'A new host token, against a proof by one of the host’s keys',
    access: 'public',
    params: inOrganization,
    body: z.strictObject({
      host: Uuid,
      challenge: Challenge,
      fingerprint: Fingerprint,
      signature: Signature,
    }),
    response: JoinedHost,
    status: 201,
    problems: ['challenge_invalid', 'proof_invalid', 'host_removed'],
  }),
  challengeHostKeys: route({
    id: 'challengeHostKeys',
    method: 'POST',
    path: `${org}/host/keys/challenges`,
    summary: 'A fresh challenge that every key of a joined host whose keys have changed has to sign',
    access: 'public',
    params: inOrganization,
    body: z.strictObject({ host: Uuid, publicKeys: z.array(PublicKeyLine).min(1).max(8) }),
    response: HostChallenge,
    status: 201,
    problems: ['public_key_invalid', 'host_removed'],
  }),
  proveHostKeys: route({
    id: 'proveHostKeys',
    method: 'POST',
    path: `${org}/host/keys`,
    summary:
      'The keys of a joined host as they are now: accepted where every key on record still proves, else kept for approval',
    access: 'public',
    params: inOrganization,
    body: z.strictObject({
      host: Uuid,
      challenge: Challenge,
      signatures: z.array(Signature).min(1).max(8),
    }),
    response: HostKeysAnswer,
    status: 201,
    problems: [
      'public_key_invalid',
      'challenge_invalid',
      'proof_invalid',
      'request_refused',
      'key_taken',
      'host_removed',
    ],
  }),
  hostBundle: route({
    id: 'hostBundle',
    method: 'GET',
    path: `${org}/host/bundle`,
    summary: 'Everything that the host must hold, signed; its certificates are renewed on the way',
    access: 'host',
    params: inOrganization,
    response: { mediaType: 'text/plain; charset=utf-8', description: 'a bundle (docs/host-protocol.md)' },
    problems: ['signer_unavailable', 'decision_stale', 'host_removed'],
  }),
  hostChanges: route({
    id: 'hostChanges',
    method: 'GET',
    path: `${org}/host/changes`,
    summary:
      'What the host does not have yet, bundle, KRL or cut list, at once or as soon as there is anything',
    access: 'host',
    params: inOrganization,
    query: z.strictObject({
      /** The version in use; left out: none. */
      bundle: BundleVersion.optional(),
      /** The number of the KRL in use; left out: none. */
      krl: DecimalString.optional(),
      /** The number of the cut list in use, 0 for none; left out: the host takes none. */
      cut: DecimalString.optional(),
      wait: Wait,
      /** Whether each answer carries a nonce for the host's next statement, also where nothing changed. */
      nonce: z.enum(['yes', 'no']).default('no'),
      /** Whether the kit knows session limits: an older one would refuse a bundle with a file that it does not know. */
      limits: z.enum(['yes', 'no']).default('no'),
    }),
    response: {
      mediaType: 'text/plain; charset=utf-8',
      description: 'what has changed (docs/host-protocol.md)',
      orNone: 'Nothing changed',
    },
    problems: ['signer_unavailable', 'decision_stale'],
  }),
  reportHost: route({
    id: 'reportHost',
    method: 'POST',
    path: `${org}/host/reports`,
    summary: 'What the host applied, and what it refused',
    access: 'host',
    params: inOrganization,
    body: HostReport,
    status: 204,
    problems: ['host_removed'],
  }),
  reportHostSessions: route({
    id: 'reportHostSessions',
    method: 'POST',
    path: `${org}/host/sessions`,
    summary: 'Which sessions are open on the host',
    access: 'host',
    params: inOrganization,
    query: z.strictObject({
      /** Whether the answer is to say which role each of them rests on. */
      roles: z.enum(['yes', 'no']).default('no'),
    }),
    body: HostSessionsReport,
    response: {
      mediaType: 'text/plain; charset=utf-8',
      description: 'which role each session rests on (docs/host-protocol.md)',
      orNone: 'The host did not ask',
    },
    status: 200,
    problems: ['host_removed'],
  }),
  stateEnforcement: route({
    id: 'stateEnforcement',
    method: 'POST',
    path: `${org}/host/statements`,
    summary: 'What the host proves that its sshd enforces, signed by one of its keys',
    access: 'host',
    params: inOrganization,
    body: z.strictObject({
      /** The text that was signed. */
      statement: z.base64().min(1).max(8_192),
      signature: Signature,
    }),
    status: 204,
    problems: ['statement_refused', 'host_removed'],
  }),
} as const;
