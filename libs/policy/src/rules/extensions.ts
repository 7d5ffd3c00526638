import { noExtensions, type Extensions, type NamedOption } from '@writ/openssh/certificate';
import type { Failure } from '../failure.js';
import { metUnless, type Outcome } from '../outcome.js';

/** Extensions as OpenSSH spells them (PROTOCOL.certkeys "Extensions") and as certificates hold them. */
const known: ReadonlyMap<string, Exclude<keyof Extensions, 'other'>> = new Map([
  ['permit-X11-forwarding', 'permitX11Forwarding'],
  ['permit-agent-forwarding', 'permitAgentForwarding'],
  ['permit-port-forwarding', 'permitPortForwarding'],
  ['permit-pty', 'permitPty'],
  ['permit-user-rc', 'permitUserRc'],
  ['no-touch-required', 'noTouchRequired'],
]);

const named = /^[A-Za-z0-9._-]{1,64}@[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/;

/** The extensions that a role lists, each once: the known ones, and others only as name@domain (domain.md rule 7). */
export function extensionsOf(names: readonly string[]): Outcome<Extensions> {
  const failures: Failure[] = [];
  const extensions: { -readonly [Name in keyof Extensions]: Extensions[Name] } = { ...noExtensions };
  const other: NamedOption[] = [];
  for (const [place, name] of names.entries()) {
    if (names.indexOf(name) < place) {
      failures.push({ rule: 'extension_repeated', message: `The role lists the extension ${name} twice.` });
    }
    const flag = known.get(name);
    if (flag !== undefined) extensions[flag] = true;
    else if (named.test(name)) other.push({ name, value: null });
    else failures.push({ rule: 'extension_unknown', message: unknown });
  }
  extensions.other = other.sort((a, b) => (a.name < b.name ? -1 : 1));
  return metUnless(failures, extensions);
}

const unknown = `The role lists an unknown extension; it may list ${[...known.keys()].join(', ')}, and others as name@domain.`;
