import { refuse } from '../refuse.js';
import type { WireReader } from '../wire/reader.js';
import { checkPoint, nistp256, nistp384, nistp521, type Curve } from './curve.js';
import { checkEd25519 } from './ed25519.js';
import { checkExponent, checkModulus } from './rsa.js';
import type { SubjectKeyType } from './types.js';

/** One field of a public key: how it is encoded and what its content must be. */
export interface KeyField {
  readonly name: 'pk' | 'curve' | 'point' | 'e' | 'n' | 'application';
  readonly encoding: 'string' | 'mpint';
  readonly check: (content: Uint8Array) => void;
}

/** A key type: its fields behind the type name, in order, in a plain key and in a certificate alike. */
export interface KeyLayout {
  readonly type: SubjectKeyType;
  readonly fields: readonly KeyField[];
  readonly curve?: Curve;
  /** True for keys of a security key, whose signatures carry flags and a counter. */
  readonly securityKey: boolean;
}

const ed25519: KeyField = { name: 'pk', encoding: 'string', check: checkEd25519 };
const application: KeyField = { name: 'application', encoding: 'string', check: checkApplication };
const exponent: KeyField = { name: 'e', encoding: 'mpint', check: checkExponent };
const modulus: KeyField = { name: 'n', encoding: 'mpint', check: checkModulus };

function point(curve: Curve): readonly [KeyField, KeyField] {
  const name = Buffer.from(curve.name);
  return [
    { name: 'curve', encoding: 'string', check: (content) => checkCurveName(name, content) },
    { name: 'point', encoding: 'string', check: (content) => checkPoint(curve, content) },
  ];
}

/** Every key type, once. RFC 8709 section 4, RFC 5656 section 3.1, RFC 4253 section 6.6, PROTOCOL.u2f "SSH U2F Key formats". */
export const keyLayouts: Readonly<Record<SubjectKeyType, KeyLayout>> = {
  'ssh-ed25519': { type: 'ssh-ed25519', fields: [ed25519], securityKey: false },
  'ecdsa-sha2-nistp256': ecdsa('ecdsa-sha2-nistp256', nistp256),
  'ecdsa-sha2-nistp384': ecdsa('ecdsa-sha2-nistp384', nistp384),
  'ecdsa-sha2-nistp521': ecdsa('ecdsa-sha2-nistp521', nistp521),
  'ssh-rsa': { type: 'ssh-rsa', fields: [exponent, modulus], securityKey: false },
  'sk-ssh-ed25519@openssh.com': {
    type: 'sk-ssh-ed25519@openssh.com',
    fields: [ed25519, application],
    securityKey: true,
  },
  'sk-ecdsa-sha2-nistp256@openssh.com': {
    type: 'sk-ecdsa-sha2-nistp256@openssh.com',
    fields: [...point(nistp256), application],
    curve: nistp256,
    securityKey: true,
  },
};

/** Every subject key type. */
export const subjectKeyTypes = Object.keys(keyLayouts) as readonly SubjectKeyType[];

/** The layout of a type name, or null where it is none of ours. */
export function keyLayout(type: string): KeyLayout | null {
  return Object.hasOwn(keyLayouts, type) ? keyLayouts[type as SubjectKeyType] : null;
}

/** Reads and checks a key's fields, in order; the reader then stands behind them. */
export function readKeyFields(reader: WireReader, layout: KeyLayout): void {
  for (const field of layout.fields) {
    field.check(field.encoding === 'mpint' ? reader.mpint() : reader.string());
  }
}

function ecdsa(type: SubjectKeyType, curve: Curve): KeyLayout {
  return { type, fields: point(curve), curve, securityKey: false };
}

function checkCurveName(expected: Buffer, content: Uint8Array): void {
  if (!expected.equals(content)) {
    refuse('key_curve_mismatch', 'The curve inside the ECDSA key is not the one its type names.');
  }
}

/** OpenSSH reads the application as a C string and hashes it; control characters have no place in it. */
function checkApplication(content: Uint8Array): void {
  if (content.length === 0 || content.length > 255 || content.some((byte) => byte < 0x21 || byte > 0x7e)) {
    refuse(
      'key_application_malformed',
      'The security key application is empty, too long or not printable ASCII.',
    );
  }
}
