import {
  knownHostsLinesOf,
  revokedLinesOf,
  userAuthorityLinesOf,
  type TrustBundle,
} from '@writ/openssh/trust';
import type { TrustForm } from './form.js';

const knownHostsPath = '/etc/ssh/ssh_known_hosts';
const userCaPath = (name: string): string => `/etc/ssh/writ-${name}-user-ca.pub`;

/**
 * The bundle in another form, whole lines. Clients get the `@cert-authority` and `@revoked` lines; only `user-ca` and `cloud-init` are for
 * machines that people log in to. All that is written into another syntax is made of names, base64 and the characters of
 * known_hosts patterns, none of which means anything in YAML literals or quoted shell words.
 */
export function writtenAs(form: Exclude<TrustForm, 'bundle'>, bundle: TrustBundle): string {
  const knownHosts = [...knownHostsLinesOf(bundle), ...revokedLinesOf(bundle)];
  const userAuthorities = userAuthorityLinesOf(bundle);
  const head = `# ${bundle.name}: trust bundle version ${bundle.version} of ${bundle.organization}`;
  switch (form) {
    case 'known-hosts':
      return text(knownHosts);
    case 'user-ca':
      return text(userAuthorities);
    case 'cloud-init':
      return text([
        '#cloud-config',
        head,
        'write_files:',
        `  - path: ${knownHostsPath}`,
        '    append: true',
        "    permissions: '0644'",
        '    content: |',
        ...indented(6, knownHosts),
        `  - path: ${userCaPath(bundle.name)}`,
        "    permissions: '0644'",
        '    content: |',
        ...indented(6, userAuthorities),
      ]);
    case 'dockerfile':
      return text([head, ...knownHosts.map((line) => `RUN echo '${line}' >> ${knownHostsPath}`)]);
    case 'configmap':
      return text([
        head,
        'apiVersion: v1',
        'kind: ConfigMap',
        'metadata:',
        `  name: ${objectName(`writ-trust-${bundle.name}`)}`,
        'data:',
        '  ssh_known_hosts: |',
        ...indented(4, knownHosts),
        '  user-ca.pub: |',
        ...indented(4, userAuthorities),
      ]);
    case 'ansible':
      return text([
        head,
        ...knownHosts.flatMap((line) => [
          `- name: What to believe of hosts of ${bundle.name}`,
          '  ansible.builtin.lineinfile:',
          `    path: ${knownHostsPath}`,
          '    create: true',
          "    mode: '0644'",
          `    line: '${line}'`,
        ]),
      ]);
  }
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function indented(spaces: number, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${' '.repeat(spaces)}${line}`);
}

/** A name as Kubernetes takes it: 63 characters at most, and a letter or digit at the end. */
function objectName(name: string): string {
  return name.slice(0, 63).replace(/-+$/, '');
}
