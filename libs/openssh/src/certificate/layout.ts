import { keyLayouts, readKeyFields, type KeyLayout } from '../key/layout.js';
import { decodePublicKey } from '../key/public-key.js';
import type { SubjectKeyType } from '../key/types.js';
import { refuse } from '../refuse.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readCriticalOptions, writeCriticalOptions } from './critical-options.js';
import { readExtensions, writeExtensions } from './extensions.js';
import { maximumPrincipals } from './principal.js';
import type { CertificateContents } from './types.js';

/** Contents while they are read: each field of the layout fills its own. */
export type Draft = { -readonly [Name in keyof CertificateContents]: CertificateContents[Name] };

/** One field of a certificate, in both directions. */
export interface CertificateField {
  readonly name: string;
  readonly write: (writer: WireWriter, contents: CertificateContents) => void;
  readonly read: (reader: WireReader, draft: Draft) => void;
}

/** A certificate type: its name on the wire and its fields, in order, up to and without the signature. */
export interface CertificateLayout {
  readonly name: string;
  readonly keyType: SubjectKeyType;
  readonly fields: readonly CertificateField[];
}

const nonce: CertificateField = {
  name: 'nonce',
  write: (writer, { nonce }) => writer.string(nonce),
  read: (reader, draft) => void (draft.nonce = reader.string()),
};

/** The subject key's own fields, inlined: its blob without the type name in front. */
function certifiedKey(layout: KeyLayout): CertificateField {
  const prefix = Buffer.alloc(4 + layout.type.length);
  prefix.writeUInt32BE(layout.type.length);
  prefix.write(layout.type, 4, 'latin1');
  return {
    name: layout.fields.map((field) => field.name).join(', '),
    write: (writer, { publicKey }) => writer.raw(publicKey.blob.subarray(prefix.length)),
    read: (reader, draft) => {
      const before = reader.offset;
      readKeyFields(reader, layout);
      const fields = reader.since(before);
      const blob = Buffer.allocUnsafe(prefix.length + fields.length);
      blob.set(prefix);
      blob.set(fields, prefix.length);
      draft.publicKey = { type: layout.type, blob };
    },
  };
}

const serial: CertificateField = {
  name: 'serial',
  write: (writer, { serial }) => writer.u64(serial),
  read: (reader, draft) => void (draft.serial = reader.u64()),
};

const type: CertificateField = {
  name: 'type',
  write: (writer, { certificateType }) => writer.u32(certificateType === 'user' ? 1 : 2),
  read: (reader, draft) => {
    const value = reader.u32();
    if (value !== 1 && value !== 2) {
      refuse(
        'certificate_role_unknown',
        `The certificate is of type ${value}, neither user (1) nor host (2).`,
      );
    }
    draft.certificateType = value === 1 ? 'user' : 'host';
  },
};

const keyId: CertificateField = {
  name: 'key id',
  write: (writer, { keyId }) => writer.text(keyId),
  read: (reader, draft) => void (draft.keyId = reader.text()),
};

const validPrincipals: CertificateField = {
  name: 'valid principals',
  write: (writer, { validPrincipals }) => {
    const list = writer.open();
    for (const principal of validPrincipals) writer.text(principal);
    writer.close(list);
  },
  read: (reader, draft) => {
    const list = reader.nested();
    const principals: string[] = [];
    while (list.remaining > 0) {
      if (principals.length === maximumPrincipals) {
        refuse(
          'certificate_principals_too_many',
          `The certificate names more than ${maximumPrincipals} principals.`,
        );
      }
      principals.push(list.text());
    }
    draft.validPrincipals = principals;
  },
};

const validAfter: CertificateField = {
  name: 'valid after',
  write: (writer, { validAfter }) => writer.u64(validAfter),
  read: (reader, draft) => void (draft.validAfter = reader.u64()),
};

const validBefore: CertificateField = {
  name: 'valid before',
  write: (writer, { validBefore }) => writer.u64(validBefore),
  read: (reader, draft) => void (draft.validBefore = reader.u64()),
};

const criticalOptions: CertificateField = {
  name: 'critical options',
  write: (writer, { criticalOptions }) => writeCriticalOptions(writer, criticalOptions),
  read: (reader, draft) => void (draft.criticalOptions = readCriticalOptions(reader)),
};

const extensions: CertificateField = {
  name: 'extensions',
  write: (writer, { extensions }) => writeExtensions(writer, extensions),
  read: (reader, draft) => void (draft.extensions = readExtensions(reader)),
};

const reserved: CertificateField = {
  name: 'reserved',
  write: (writer) => writer.u32(0),
  read: (reader) => {
    if (reader.u32() !== 0)
      refuse('certificate_reserved_not_empty', 'The reserved field of the certificate is not empty.');
  },
};

const signatureKey: CertificateField = {
  name: 'signature key',
  write: (writer, { signatureKey }) => writer.string(signatureKey.blob),
  read: (reader, draft) => void (draft.signatureKey = decodePublicKey(reader.string())),
};

/** PROTOCOL.certkeys "New public key formats": every certificate type has these fields around its key's own. */
function layoutFor(key: KeyLayout): CertificateLayout {
  return {
    name: certificateTypeName(key.type),
    keyType: key.type,
    fields: [
      nonce,
      certifiedKey(key),
      serial,
      type,
      keyId,
      validPrincipals,
      validAfter,
      validBefore,
      criticalOptions,
      extensions,
      reserved,
      signatureKey,
    ],
  };
}

/** 'ssh-ed25519' → 'ssh-ed25519-cert-v01@openssh.com'; a vendor suffix moves to the end. */
function certificateTypeName(type: SubjectKeyType): string {
  return `${type.replace(/@openssh\.com$/, '')}-cert-v01@openssh.com`;
}

/** Every certificate type, by the type of the key it certifies. */
export const certificateLayouts = Object.fromEntries(
  Object.values(keyLayouts).map((key) => [key.type, layoutFor(key)]),
) as Readonly<Record<SubjectKeyType, CertificateLayout>>;

const byName: ReadonlyMap<string, CertificateLayout> = new Map(
  Object.values(certificateLayouts).map((layout) => [layout.name, layout]),
);

/** The layout for a type name read from bytes: 'certificate_type_unknown'. */
export function layoutNamed(name: string): CertificateLayout {
  return (
    byName.get(name) ??
    refuse('certificate_type_unknown', 'This is not a certificate of a supported type.', {
      type: name.slice(0, 100),
    })
  );
}
