import { Fingerprint, type CallInput } from '@writ/contract';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { fingerprint, formatPublicKeyLine, parsePublicKeyLine } from '@writ/openssh/key';
import { keyLineIn } from '../certificate/read.js';
import { fail } from '../errors.js';
import { readText } from '../files/read.js';
import type { Input } from '../input.js';
import { shortName, userName } from '../names.js';
import { counted } from '../numbers.js';
import { expandSerials } from '../serials.js';
import type { Client } from '../session/client.js';
import { collect } from '../session/pages.js';

/** What is to be revoked, as the service is told, and in words behind 'Revoke'. */
export interface Target {
  readonly named: Omit<CallInput<'revoke'>['body'], 'reason'>;
  readonly what: string;
}

const options = [
  'serial',
  'cert',
  'key',
  'user',
  'service-account',
  'host',
  'group',
  'role',
  'authority',
] as const;

/**
 * What the options of `writ revoke` name; what is read from files or asked of the service comes with the call. Throws 'usage_invalid';
 * the call rejects with that, with the codes of reading files, and with 'certificate_not_ours'.
 */
export function targetNamed(input: Input): (client: Client) => Promise<Target> {
  const said = options.filter((name) => input.option(name) !== undefined || input.values(name).length > 0);
  const [option] = said;
  if (option === undefined || said.length > 1)
    fail('usage_invalid', `Name exactly one of ${options.map((name) => `--${name}`).join(', ')}.`);
  if (option === 'serial') {
    const certificates = expandSerials(input.values('serial'));
    return () => Promise.resolve(ofCertificates(certificates));
  }
  if (option === 'cert')
    return async (client) => ofCertificates(await certificatesIn(client, input.values('cert')));
  const text = input.required(option);
  if (option === 'key') return keyNamed(text);
  const target = byName[option](text);
  return () => Promise.resolve(target);
}

const byName: Readonly<
  Record<Exclude<(typeof options)[number], 'serial' | 'cert' | 'key'>, (text: string) => Target>
> = {
  user: (text) => {
    const user = userName(text);
    return { named: { user }, what: `every certificate and key of ${user} and close the account` };
  },
  'service-account': (text) => {
    const serviceAccount = userName(text);
    return { named: { serviceAccount }, what: `every certificate and key of ${serviceAccount} and close it` };
  },
  host: (host) => ({ named: { host }, what: `the keys and certificates of ${host} and remove it` }),
  group: (text) => {
    const group = shortName(text);
    return { named: { group }, what: `every certificate that rests on the group ${group}` };
  },
  role: (text) => {
    const role = shortName(text);
    return { named: { role }, what: `every certificate of the role ${role}` };
  },
  authority: (text) => ({
    named: { authority: authorityName(text) },
    what: `the CA ${text} and everything that it has signed`,
  }),
};

function authorityName(text: string): string {
  if (Fingerprint.safeParse(text).success) return text;
  return fail('usage_invalid', `'${text}' is no fingerprint of a CA; \`writ ca list\` shows them.`);
}

function ofCertificates(certificates: readonly string[]): Target {
  const what =
    certificates.length === 1
      ? `certificate ${certificates[0] ?? ''}`
      : counted(certificates.length, 'certificate');
  return { named: { certificates: [...certificates] }, what };
}

/** A file, or a fingerprint as sshd's log has it. Throws 'usage_invalid'. */
function keyNamed(text: string): () => Promise<Target> {
  if (Fingerprint.safeParse(text).success) {
    const target = ofKey(text, text);
    return () => Promise.resolve(target);
  }
  if (text.startsWith('SHA256:'))
    fail(
      'usage_invalid',
      `'${text}' is no fingerprint: 'SHA256:' and 43 characters, as \`ssh-keygen -lf\` says it.`,
    );
  return async () => {
    const { key } = parsePublicKeyLine(keyLineIn(await readText(text)));
    return ofKey(formatPublicKeyLine({ key }), fingerprint(key));
  };
}

function ofKey(publicKey: string, name: string): Target {
  return { named: { publicKey }, what: `the key ${name} and every certificate for it` };
}

/** A serial means something only together with its authority: a certificate of another one is refused. */
async function certificatesIn(client: Client, files: readonly string[]): Promise<readonly string[]> {
  const { items } = await collect((query) =>
    client.call('listAuthorities', { params: client.organization, query }),
  );
  const ids: string[] = [];
  for (const file of files) {
    const { certificate } = parseCertificateLine(keyLineIn(await readText(file)));
    const { certificateType: kind, signatureKey, serial } = certificate;
    const signer = fingerprint(signatureKey);
    if (!items.some((authority) => authority.kind === kind && authority.fingerprint === signer))
      fail(
        'certificate_not_ours',
        `${file} was signed by ${signer}, which is no ${kind} CA of this organization.`,
        {
          ...{ file, authority: signer },
        },
      );
    ids.push(`${kind}:${serial}`);
  }
  return [...new Set(ids)];
}
