import { z } from 'zod';
import type { FileAnswer } from '../route.js';
import { Wait, inOrganization, oneKrl, org, route, text } from './parts.js';

const krlFile: FileAnswer = {
  mediaType: 'application/octet-stream',
  description: 'OpenSSH key revocation list',
  tagged: true,
};

const krlSignatureFile: FileAnswer = {
  mediaType: 'text/plain; charset=utf-8',
  description: 'SSHSIG (docs/host-protocol.md)',
  tagged: true,
};

export const trustRoutes = {
  userAuthorities: route({
    id: 'userAuthorities',
    method: 'GET',
    path: `${org}/trust/user-ca.pub`,
    summary: 'TrustedUserCAKeys lines',
    access: 'public',
    params: inOrganization,
    response: text,
  }),
  knownHosts: route({
    id: 'knownHosts',
    method: 'GET',
    path: `${org}/trust/known_hosts`,
    summary: '@cert-authority known_hosts lines',
    access: 'public',
    params: inOrganization,
    response: text,
  }),
  trustBundle: route({
    id: 'trustBundle',
    method: 'GET',
    path: `${org}/trust/bundle`,
    summary:
      'What clients elsewhere are to believe: user CAs and @cert-authority lines, versioned and signed',
    access: 'public',
    params: inOrganization,
    response: {
      mediaType: 'text/plain; charset=utf-8',
      description: 'a trust bundle (docs/trust-bundle.md)',
    },
  }),
  hostKit: route({
    id: 'hostKit',
    method: 'GET',
    path: '/writ-host',
    summary: 'The host kit: a shell script with which hosts join',
    access: 'public',
    response: { mediaType: 'text/x-shellscript; charset=utf-8', description: 'apps/host/writ-host' },
  }),
  bundleKey: route({
    id: 'bundleKey',
    method: 'GET',
    path: `${org}/trust/bundle-key.pub`,
    summary: 'The public key that signs bundles for hosts; no line before the first join token',
    access: 'public',
    params: inOrganization,
    response: text,
  }),
  krlSignature: route({
    id: 'krlSignature',
    method: 'GET',
    path: `${org}/krl.sig`,
    summary: 'The SSHSIG of the current KRL, by the key that signs bundles; none before the first join token',
    access: 'public',
    params: inOrganization,
    response: krlSignatureFile,
  }),
  keptKrl: route({
    id: 'keptKrl',
    method: 'GET',
    path: `${org}/krls/:version`,
    summary: 'One version of the KRL, as it was published, as long as it is kept: a week, and the last fifty',
    access: 'public',
    params: oneKrl,
    response: krlFile,
  }),
  keptKrlSignature: route({
    id: 'keptKrlSignature',
    method: 'GET',
    path: `${org}/krls/:version.sig`,
    summary:
      'The SSHSIG of that version, by the key that signs bundles now; none before the first join token',
    access: 'public',
    params: oneKrl,
    response: krlSignatureFile,
  }),
  krl: route({
    id: 'krl',
    method: 'GET',
    path: `${org}/krl`,
    summary:
      'The current KRL (OpenSSH PROTOCOL.krl), for RevokedKeys; with `wait` (seconds) and If-None-Match, as soon as there is another one. Content-Location says where its version stays',
    access: 'public',
    params: inOrganization,
    query: z.strictObject({ wait: Wait }),
    response: krlFile,
  }),
} as const;
