import { keyId, type KeyId } from '@writ/openssh/certificate';
import { met, metIfMade, unmet, type Outcome } from '../outcome.js';

/** The fields a key-id template may name: all are known before anything is signed. */
export interface KeyIdFields {
  readonly user: string;
  /** Of somebody from outside, whose `user` is 'msp/ana': 'msp'. Nobody's own name holds the slash. */
  readonly home?: string | undefined;
  readonly role: string;
  readonly organization: string;
}

/**
 * What a field's value may be. The separators of a key id are left out: sshd logs it unquoted, and a value that holds one
 * would read as another field.
 */
const fieldValue = /^[A-Za-z0-9@._+-]+$/;

/** Whether a text can stand in a key id as one field. */
export function isFieldValue(text: string): boolean {
  return fieldValue.test(text);
}

/**
 * The key id that `template` renders to: each {user}, {role} and {organization} replaced, and nothing else interpreted.
 * A stray brace is no KeyId character, so it ends in a refusal and never in a log.
 */
export function renderedKeyId(template: string, fields: KeyIdFields): Outcome<KeyId> {
  // Literal text at even places, names of fields at odd ones.
  const parts = template.split(/\{([^{}]*)\}/);
  for (let place = 1; place < parts.length; place += 2) {
    const name = parts[place];
    if (!isField(name)) {
      return unmet({
        rule: 'key_id_field_unknown',
        message: `The role's key-id template may use {user}, {role} and {organization}, and uses another field.`,
      });
    }
    if (!valuesOf(name, fields).every(isFieldValue)) {
      return unmet({
        rule: 'key_id_unrepresentable',
        message: `The value of {${name}} holds characters that a key id cannot carry.`,
      });
    }
    parts[place] = fields[name];
  }
  return asKeyId(parts.join(''));
}

/**
 * Whether the key ids of a role can name nobody but whom they are of: the template begins with {user}, and behind it stands
 * nothing that could be read as more of a name: '@{organization}', or ':' or '=', which are in no name. A '/' there would make 'msp'
 * of the organization itself look like somebody of msp.
 */
export function namesItsUser(template: string): Outcome<string> {
  if (beginsWithUser.test(template)) return met(template);
  return unmet({
    rule: 'key_id_without_user',
    message:
      'The key-id template has to begin with {user} or {user}@{organization}, and to go on with : or = if at all, or with / behind {organization}.',
  });
}

const beginsWithUser = /^\{user\}(@\{organization\}([/:=]|$)|[:=]|$)/;

/** What has to be representable by itself: of somebody from outside the organization, and the name that they have there. */
function valuesOf(name: 'user' | 'role' | 'organization', fields: KeyIdFields): readonly string[] {
  const { user, home } = fields;
  if (name !== 'user' || home === undefined || !user.startsWith(`${home}/`)) return [fields[name]];
  return [home, user.slice(home.length + 1)];
}

function isField(name: string | undefined): name is 'user' | 'role' | 'organization' {
  return name === 'user' || name === 'role' || name === 'organization';
}

/** The key id of a host certificate: its first name that fits, else the fingerprint of its key. */
export function hostKeyId(names: readonly string[], fingerprint: string): Outcome<KeyId> {
  const fitting = names.find((name) => name.length <= longestNameInKeyId);
  return asKeyId(`host:${fitting ?? fingerprint}`);
}

const longestNameInKeyId = 195;

function asKeyId(text: string): Outcome<KeyId> {
  return metIfMade(() => keyId(text), {
    rule: 'key_id_unrepresentable',
    message:
      'The key id is empty, longer than 200 characters, or has characters other than A-Z a-z 0-9 @ . _ : / = + -.',
  });
}
