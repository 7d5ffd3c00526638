import type { ProblemCode } from '@writ/contract';
import {
  enforcementNamespace,
  parseEnforcement,
  type EnforcementStatement,
  type StatementRule,
} from '@writ/hosts';
import { CodedError, isCodedError, type Clock } from '@writ/kernel';
import { fingerprint, publicKeyObject, verifySignatureInPool } from '@writ/openssh/key';
import { decodeSshsig, sshsigSignedData } from '@writ/openssh/sshsig';
import type { ScopedDatabase } from '@writ/storage';
import type { KeyObject } from 'node:crypto';
import { bounded } from '../bounded-map.js';
import type { HostCaller } from '../hosts/host-token.js';
import { whyNoHost } from '../hosts/known-host.js';
import type { RouteInput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import { isTimely, nonceTime } from './statement-nonce.js';
import type { StatementIntake } from './statement-intake.js';

export interface StatementTaking {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly nonceKey: KeyObject;
  readonly publicOrganizations: PublicOrganizations;
  readonly statements: StatementIntake;
}

/** 'SHA256:…' of a key. */
type Signer = string;

/** Keys of the hosts that stated something last, ready to verify with: each comes again with the next KRL. */
const imported = bounded<Signer, KeyObject>(16_384);

const words: Readonly<Record<StatementRule, string>> = {
  statement_malformed: 'This is no statement of a host, or none that this service knows.',
  of_another_organization: "The statement is another organization's.",
  of_another_host: "The statement is another host's.",
  nonce_unknown: 'The nonce was not given to this host; ask what has changed, which brings one.',
  nonce_late: 'The nonce was given out too long ago; ask what has changed, which brings another one.',
  nonce_used: 'This nonce, or a later one, was used before; ask what has changed, which brings another one.',
  signature_invalid: 'The signature does not belong to this statement.',
  key_unknown: "The key that signed is none of this host's keys on record, or was revoked.",
  krl_unknown: 'There is no such KRL of this organization any more; ask what has changed.',
  cut_unknown: 'No cut list of this organization has such a number yet; ask what has changed.',
};

/**
 * Keeps what a host proves that it enforces. What is refused changes nothing. Ends in `statement_refused` (with the rule), `host_removed`,
 * `host_token_invalid`, `not_found` (the organization).
 */
export async function takeStatement(
  services: StatementTaking,
  host: HostCaller,
  { body }: Pick<RouteInput<'stateEnforcement'>, 'body'>,
): Promise<void> {
  const organizationId = await services.publicOrganizations(host.organizationHandle);
  const text = Buffer.from(body.statement, 'base64');
  // Byte for byte: what is not ASCII is no statement.
  const statement = read(text.toString('latin1'));
  const nonceAt = judged(statement, host, services);
  const signature = Buffer.from(body.signature, 'base64');
  const signer = await signerOf(text, signature);
  const outcome = await services.statements.take(organizationId, {
    hostId: host.hostId,
    krlVersion: statement.krlVersion,
    krlSha256: Buffer.from(statement.krlSha256, 'hex'),
    cutNumber: statement.cut,
    sessions: statement.sessions,
    unknown: statement.unknown,
    nonceAt: new Date(nonceAt),
    fingerprint: signer,
    statement: text.toString('latin1'),
    signature,
  });
  if (outcome === 'kept') return;
  if (outcome !== 'host_gone') throw refused(outcome);
  throw await services.store.within([organizationId], (tx) => whyNoHost(tx, organizationId, host.hostId));
}

function read(text: string): EnforcementStatement {
  try {
    return parseEnforcement(text);
  } catch (error) {
    if (!isCodedError(error, 'statement_malformed')) throw error;
    throw refused('statement_malformed');
  }
}

/** When its nonce was given out (milliseconds since 1970). */
function judged(
  { organization, host, nonce }: EnforcementStatement,
  caller: HostCaller,
  { nonceKey, clock }: Pick<StatementTaking, 'nonceKey' | 'clock'>,
): number {
  if (organization !== caller.organizationHandle) throw refused('of_another_organization');
  if (host !== caller.hostId) throw refused('of_another_host');
  const time = nonceTime(nonce, caller, nonceKey);
  if (time === null) throw refused('nonce_unknown');
  if (!isTimely(time, clock())) throw refused('nonce_late');
  return time;
}

/** The key that made an SSHSIG (without its armor) over the text; verified in the thread pool, where thousands do not hold others up. */
async function signerOf(text: Uint8Array, signature: Uint8Array): Promise<Signer> {
  try {
    const { publicKey, namespace, hashAlgorithm, signature: blob } = decodeSshsig(signature);
    const signed = sshsigSignedData(namespace, text, hashAlgorithm);
    const name = fingerprint(publicKey);
    const keyObject = imported.get(name) ?? publicKeyObject(publicKey);
    imported.set(name, keyObject);
    const holds =
      namespace === enforcementNamespace && (await verifySignatureInPool(keyObject, publicKey, signed, blob));
    if (holds) return name;
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
  throw refused('signature_invalid');
}

function refused(rule: StatementRule): CodedError<ProblemCode> {
  return refusal('statement_refused', [{ rule, message: words[rule] }]);
}
