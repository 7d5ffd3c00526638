import type { FuzzTarget } from './target.js';
import { certificate } from './targets/certificate.js';
import { certificateLine } from './targets/certificate-line.js';
import { knownHosts } from './targets/known-hosts.js';
import { krl } from './targets/krl.js';
import { lintTarget } from './targets/lint.js';
import { privateKey } from './targets/private-key.js';
import { publicKey } from './targets/public-key.js';
import { publicKeyLine } from './targets/public-key-line.js';
import { signature } from './targets/signature.js';
import { sourceAddress } from './targets/source-address.js';
import { sshsig } from './targets/sshsig.js';
import { sshsigArmor } from './targets/sshsig-armor.js';

/** Every decoder that is fuzzed; a new one gets a file in `targets/` and a line here. */
export const targets: readonly FuzzTarget[] = [
  publicKey,
  publicKeyLine,
  privateKey,
  signature,
  certificate,
  certificateLine,
  lintTarget,
  sourceAddress,
  sshsig,
  sshsigArmor,
  krl,
  knownHosts,
];

/** The target of that name. */
export function targetNamed(name: string): FuzzTarget {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new RangeError(`There is no fuzz target ${name}.`);
  return target;
}
