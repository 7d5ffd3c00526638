import { authorityKeyType } from './authority-key-type.js';
import { authorityRsaTooSmall } from './authority-rsa-too-small.js';
import { certifiedKeyIsSignatureKey } from './certified-key-is-signature-key.js';
import { criticalOptionUnknown } from './critical-option-unknown.js';
import { extensionNameMalformed } from './extension-name-malformed.js';
import { forceCommandEmpty } from './force-command-empty.js';
import { hostCriticalOption } from './host-critical-option.js';
import { hostExtension } from './host-extension.js';
import { keyIdMalformed } from './key-id-malformed.js';
import { nonceLength } from './nonce-length.js';
import { principalMalformed } from './principal-malformed.js';
import { principalsEmpty } from './principals-empty.js';
import type { LintRule } from './rule.js';
import { serialOutOfRange } from './serial-out-of-range.js';
import { sourceAddressEmpty } from './source-address-empty.js';
import { sourceAddressMalformed } from './source-address-malformed.js';
import { sourceAddressNotCanonical } from './source-address-not-canonical.js';
import { validityBackDated } from './validity-back-dated.js';
import { validityInverted } from './validity-inverted.js';
import { validityNotBegun } from './validity-not-begun.js';
import { validityOver } from './validity-over.js';
import { validityTooLong } from './validity-too-long.js';
import { validityUnbounded } from './validity-unbounded.js';

/** Every rule, in the order of the fields they look at. */
export const lintRules: readonly LintRule[] = [
  nonceLength,
  certifiedKeyIsSignatureKey,
  serialOutOfRange,
  keyIdMalformed,
  principalsEmpty,
  principalMalformed,
  validityUnbounded,
  validityInverted,
  validityTooLong,
  validityOver,
  validityNotBegun,
  validityBackDated,
  hostCriticalOption,
  criticalOptionUnknown,
  forceCommandEmpty,
  sourceAddressEmpty,
  sourceAddressMalformed,
  sourceAddressNotCanonical,
  hostExtension,
  extensionNameMalformed,
  authorityKeyType,
  authorityRsaTooSmall,
];
