import type { AuthorityKeyKind } from '@writ/contract';
import { trustForms } from '../trust/form.js';
import type { GroupDescription, LeafDescription, OptionDescription } from './command.js';

/** For what anybody may fetch: where from, on a machine where nobody ever signs in. */
const publicOptions: readonly OptionDescription[] = [
  { flags: '--url <address>', summary: 'address of the service, where nobody has signed in' },
  { flags: '--handle <handle>', summary: "the organization's handle (`writ whoami` shows it), likewise" },
  {
    flags: '--ca-file <file>',
    summary: 'PEM file of the authorities that may vouch for the server',
    completes: 'file',
  },
  { flags: '--pin <fingerprint>', summary: "SHA-256 of the server's own certificate, trusted instead" },
];

/** Not the contract's own list: help loads no schemas. */
const keyKinds: readonly AuthorityKeyKind[] = [
  'ed25519',
  'ecdsa-256',
  'ecdsa-384',
  'ecdsa-521',
  'rsa-3072',
  'rsa-4096',
];

const oneKind: readonly OptionDescription[] = [
  { flags: '--user', summary: 'the user CA' },
  { flags: '--host', summary: 'the host CA' },
];

export const host: GroupDescription = {
  name: 'host',
  summary: 'hosts: join them, or sign their keys',
  commands: [
    {
      name: 'token',
      summary: 'tokens with which hosts join',
      commands: [
        {
          name: 'create',
          summary: 'make a token, and say what to do with it on the host',
          description:
            'The token is the only output. The host asks for it: it is typed or piped in there, and is no part of a command. ' +
            'Roles choose hosts by their labels.',
          examples: [
            {
              command: 'writ host token create --name web-1.acme.example --label env=prod,tier=web --ttl 1h',
              says: 'for one host',
            },
            {
              command: "writ host token create --name 'web-*.acme.example' --uses 20",
              says: 'for twenty, whose names differ in the first label',
            },
          ],
          options: [
            {
              flags: '--name <name>',
              summary: 'what the host is called; one * in the first label for several',
              repeat: true,
            },
            {
              flags: '--label <labels>',
              summary: 'labels that the host gets, with commas between',
              repeat: true,
            },
            { flags: '--ttl <duration>', summary: 'how long it can be used (default: 1h)' },
            { flags: '--uses <number>', summary: 'how many hosts may join with it (default: 1)' },
          ],
          json: 'JoinToken & { token: string }',
          inOrganization: true,
          load: () => import('../commands/host/token/create.js'),
        },
        {
          name: 'list',
          summary: 'tokens that can still be used',
          description: 'Without their secrets, which nobody sees again.',
          examples: [
            { command: 'writ host token list', says: 'for which names, how often, by whom, until when' },
          ],
          json: 'UsableJoinToken[]',
          inOrganization: true,
          load: () => import('../commands/host/token/list.js'),
        },
        {
          name: 'revoke',
          summary: 'make a token worthless',
          description: 'No host joins with it any more; hosts that have joined stay.',
          examples: [
            {
              command: 'writ host token revoke 0f8a6a2e-4f0e-4a6c-9a86-2f3c9a3f5b11',
              says: 'the id that `writ host token list` says',
            },
          ],
          arguments: [{ name: 'token', summary: 'id of the token' }],
          json: '{ "revoked": string }',
          inOrganization: true,
          load: () => import('../commands/host/token/revoke.js'),
        },
      ],
    },
    {
      name: 'list',
      summary: 'every host that has joined',
      examples: [{ command: 'writ host list', says: 'names, labels, when they were seen last' }],
      json: 'Host[]',
      inOrganization: true,
      load: () => import('../commands/host/list.js'),
    },
    {
      name: 'show',
      summary: 'one host: its labels, what it has applied, what it refused',
      examples: [{ command: 'writ host show web-1.acme.example', says: 'one host' }],
      arguments: [{ name: 'host', summary: 'name of the host' }],
      json: 'Host',
      inOrganization: true,
      load: () => import('../commands/host/show.js'),
    },
    {
      name: 'bundle-key',
      summary: 'the key that signs what hosts are told, and the one that follows it',
      commands: [
        {
          name: 'list',
          summary: 'every key that signed, signs or will sign, and which hosts do not know it',
          examples: [{ command: 'writ host bundle-key list', says: 'fingerprints, states, hosts' }],
          json: 'BundleKey[]',
          inOrganization: true,
          load: () => import('../commands/host/bundle-key/list.js'),
        },
        {
          name: 'next',
          summary: 'make the next key, and announce it to hosts',
          description:
            'Its fingerprint is the output. The present key announces it in every bundle, and goes on signing.',
          examples: [
            { command: 'writ host bundle-key next', says: 'then wait until hosts have heard of it' },
          ],
          json: 'BundleKey',
          inOrganization: true,
          load: () => import('../commands/host/bundle-key/next.js'),
        },
        {
          name: 'activate',
          summary: 'let the next key sign, and retire the present one',
          description:
            'Says which hosts have not heard of the next key, and asks. Such a host refuses every bundle until ' +
            '`writ-host trust` is run on it.',
          examples: [
            { command: 'writ host bundle-key activate', says: 'asks where hosts do not know it yet' },
            { command: 'writ host bundle-key activate --anyway', says: 'does not ask' },
          ],
          options: [{ flags: '--anyway', summary: 'also where hosts have not heard of it' }],
          json: 'BundleKey',
          inOrganization: true,
          load: () => import('../commands/host/bundle-key/activate.js'),
        },
        {
          name: 'retire',
          summary: 'take the announcement of the next key back, for good',
          examples: [
            {
              command: 'writ host bundle-key retire SHA256:Xs1o0dbW3pFq5rKQW2bDk0VQyP1vWl6nq3VJw0kT3uY',
              says: 'it will never sign',
            },
          ],
          arguments: [{ name: 'fingerprint', summary: 'fingerprint of the next key' }],
          json: 'BundleKey',
          inOrganization: true,
          load: () => import('../commands/host/bundle-key/retire.js'),
        },
      ],
    },
    {
      name: 'kit',
      summary: 'the host kit of this service: what to paste on a host to get it',
      examples: [
        { command: 'writ host kit', says: 'a command for the host, which names the kit by its SHA-256' },
      ],
      json: '{ "version": string, "sha256": string, "command": string, "pin": string | null }',
      inOrganization: true,
      load: () => import('../commands/host/kit.js'),
    },
    {
      name: 'status',
      summary: 'how the hosts are: what they have applied, and what is wrong, the stale ones first',
      description:
        'Ends with 1 where something is wrong. BUNDLE and REVOCATIONS are the versions that a host uses; where others are wanted, it ' +
        'says so. What each code of STATE means stands in docs/errors.md.',
      examples: [
        { command: 'writ host status', says: 'the whole fleet' },
        { command: 'writ host status web-1', says: 'one host, and everything that is wrong with it' },
        {
          command: "writ host status --json | jq -r '.[] | select(.problems != []) | .name'",
          says: 'for a program: hosts to look at',
        },
      ],
      arguments: [{ name: 'host', summary: 'name of the host', optional: true }],
      json: 'Host[]',
      inOrganization: true,
      load: () => import('../commands/host/status.js'),
    },
    {
      name: 'label',
      summary: 'give a host labels, or take labels from it',
      description:
        'Roles choose hosts by their labels, so that a label can let people in: it takes the right to grant every role that ' +
        'chooses the host then and did not before. What no longer chooses it ends there at its next sync.',
      examples: [
        { command: 'writ host label web-1 env=prod tier-', says: 'env is prod now; tier is taken away' },
      ],
      arguments: [
        { name: 'host', summary: 'name of the host' },
        { name: 'label', summary: 'key=value to set, key- to take away', many: true },
      ],
      json: 'Host',
      inOrganization: true,
      load: () => import('../commands/host/label.js'),
    },
    {
      name: 'set',
      summary: 'say where clients find a host',
      description:
        "The address is a host name inside the organization's names, or an IP address; the host between (jump) has joined too. " +
        'What was never said: its own name, port 22, directly; what is not said now stays.',
      examples: [
        {
          command: 'writ host set web-1 --address 10.0.0.7 --port 2222 --jump bastion',
          says: 'through another host',
        },
        { command: 'writ host set web-1 --no-jump', says: 'directly again' },
      ],
      arguments: [{ name: 'host', summary: 'name of the host' }],
      options: [
        { flags: '--address <address>', summary: 'host name or IP address' },
        { flags: '--port <port>', summary: 'where sshd listens' },
        { flags: '--jump <host>', summary: 'the joined host that is between' },
        { flags: '--no-address', summary: 'under its name again' },
        { flags: '--no-port', summary: 'port 22 again' },
        { flags: '--no-jump', summary: 'directly again' },
      ],
      json: 'Host',
      inOrganization: true,
      load: () => import('../commands/host/set.js'),
    },
    {
      name: 'approve',
      summary: 'make the changed keys of a host its own',
      description:
        'A host whose keys were changed proves the new ones and waits. Anybody who knows its id can ask like this: compare the ' +
        'fingerprints with what the host itself says before you approve. Shows both, and asks for the word; a script says one ' +
        'of the new fingerprints, as it has it from the host.',
      examples: [
        { command: 'writ host approve web-1', says: 'look at both, and decide' },
        {
          command: 'writ host approve web-1 --fingerprint SHA256:WxOdu1UwPPCQjk4mGhZKrbkLFC0Jm8wXSPcXzIBtyaA',
          says: 'in a script',
        },
      ],
      arguments: [{ name: 'host', summary: 'name of the host' }],
      options: [
        { flags: '--fingerprint <fingerprint>', summary: 'a key of the request that is meant', repeat: true },
      ],
      json: 'Host',
      inOrganization: true,
      load: () => import('../commands/host/approve.js'),
    },
    {
      name: 'refuse',
      summary: 'refuse the changed keys that somebody asks for in a host’s name',
      description:
        'The host on record stays as it is. Who asks for the same keys again is told that they were refused; refused by mistake, ' +
        'they can be approved all the same, with --fingerprint.',
      examples: [{ command: 'writ host refuse web-1', says: 'shows them, and asks' }],
      arguments: [{ name: 'host', summary: 'name of the host' }],
      options: [
        { flags: '--fingerprint <fingerprint>', summary: 'a key of the request that is meant', repeat: true },
        { flags: '--yes', summary: 'do not ask' },
      ],
      json: 'Host',
      inOrganization: true,
      load: () => import('../commands/host/refuse.js'),
    },
    {
      name: 'remove',
      summary: 'end a host: revoke its certificates, end its tokens, free its name',
      description:
        'For a host that is gone, or that is to leave. Its keys may join again; where somebody else may have them, say ' +
        '--revoke-keys. The host keeps what it applied last until `writ-host leave` is run on it.',
      examples: [
        { command: 'writ host remove web-1', says: 'after asking' },
        { command: 'writ host remove web-1 --revoke-keys --yes', says: 'its disk was stolen' },
      ],
      arguments: [{ name: 'host', summary: 'name of the host' }],
      options: [
        { flags: '--revoke-keys', summary: 'revoke its keys too, for good' },
        { flags: '--yes', summary: 'do not ask' },
      ],
      json: 'RemovedHost',
      inOrganization: true,
      load: () => import('../commands/host/remove.js'),
    },
    {
      name: 'sign',
      summary: "sign a host's keys, so that clients need no known_hosts entry for it",
      description:
        'Each key gets `<key>-cert.pub` beside it; their paths are the output. Add a HostCertificate line for each to sshd_config. ' +
        'A name belongs to the keys first signed for it until --replace.',
      examples: [
        {
          command: 'writ host sign /etc/ssh/ssh_host_*_key.pub --name web-1.acme.example',
          says: 'all keys of this host',
        },
      ],
      arguments: [{ name: 'key', summary: 'public key files of one host', many: true, completes: 'file' }],
      options: [
        { flags: '--name <name>', summary: 'a name that clients use for the host', repeat: true },
        { flags: '--ttl <duration>', summary: 'how long, such as 7d, 30d; as long as allowed if absent' },
        { flags: '--replace', summary: 'take the names away from the keys they belong to' },
      ],
      json: 'IssuedHostCertificates',
      inOrganization: true,
      load: () => import('../commands/host/sign.js'),
    },
  ],
};

export const ca: GroupDescription = {
  name: 'ca',
  summary: 'what hosts and clients must trust',
  commands: [
    {
      name: 'list',
      summary: "the organization's authorities",
      examples: [{ command: 'writ ca list', says: 'fingerprints, states and limits' }],
      json: 'Authority[]',
      inOrganization: true,
      load: () => import('../commands/ca/list.js'),
    },
    {
      name: 'show',
      summary: 'lines for TrustedUserCAKeys and known_hosts, ready to paste and to pipe',
      description:
        'With --user or --host only these lines are printed. Needs no session: without one, say --url and --handle.',
      examples: [
        {
          command: 'writ ca show --user > /etc/ssh/writ-user-ca.pub',
          says: 'on a host, for TrustedUserCAKeys',
        },
        { command: 'writ ca show --host >> ~/.ssh/known_hosts', says: 'on a client' },
      ],
      options: [
        { flags: '--user', summary: 'only the user CAs, for TrustedUserCAKeys' },
        { flags: '--host', summary: 'only the host CAs, as @cert-authority lines for known_hosts' },
        ...publicOptions,
      ],
      json: '{ "trustedUserCaKeys": string[], "knownHosts": string[] }; with --user or --host the other list is empty',
      load: () => import('../commands/ca/show.js'),
    },
    {
      name: 'next',
      summary: 'make the CA that is to sign next: hosts and clients learn it from now on',
      description:
        'It signs nothing until it is activated. Hosts that have joined learn it by themselves; others need `writ ca show` again.',
      examples: [{ command: 'writ ca next --user', says: 'the next user CA' }],
      options: [
        ...oneKind,
        { flags: '--key <kind>', summary: 'kind of its key (default: ed25519)', choices: keyKinds },
      ],
      json: 'Authority',
      inOrganization: true,
      load: () => import('../commands/ca/next.js'),
    },
    {
      name: 'activate',
      summary: 'let the next CA sign',
      description:
        'The one that did is believed until its last certificate has ended. Says who does not know the next one yet, and asks ' +
        'before going on; without a terminal that takes --despite-unaware.',
      examples: [{ command: 'writ ca activate --user', says: 'as soon as every host knows it' }],
      options: [
        ...oneKind,
        { flags: '--despite-unaware', summary: 'also where hosts or clients may not know it yet' },
        { flags: '--yes', summary: 'do not ask where everybody knows it' },
      ],
      json: 'Authority',
      inOrganization: true,
      load: () => import('../commands/ca/activate.js'),
    },
    {
      name: 'retire',
      summary: 'give up the next CA: it never signs',
      examples: [{ command: 'writ ca retire --host', says: 'the next host CA' }],
      options: [...oneKind, { flags: '--yes', summary: 'do not ask' }],
      json: '{ "retired": string }',
      inOrganization: true,
      load: () => import('../commands/ca/retire.js'),
    },
  ],
};

export const trust: GroupDescription = {
  name: 'trust',
  summary: 'what machines elsewhere are to believe, in one signed file',
  commands: [
    {
      name: 'export',
      summary: 'fetch the trust bundle, as it is or in the words of another tool',
      description:
        'The signature is checked first; with --key also whose it is. A file is never replaced by an older bundle. ' +
        'Needs no session: without one, say --url and --handle.',
      examples: [
        { command: 'writ trust export -o acme.trust', says: 'the signed bundle' },
        { command: 'writ trust export --as cloud-init', says: 'for machines that are about to be made' },
      ],
      options: [
        { flags: '--as <form>', summary: 'what to write it as (default: bundle)', choices: trustForms },
        {
          flags: '--key <key>',
          summary: 'the only signer to accept: fingerprint, or file of its public key',
        },
        { flags: '-o, --output <file>', summary: 'where to; standard output if absent', completes: 'file' },
        ...publicOptions,
      ],
      json: 'as of `writ trust verify`, and "as": the form, with "content": what it is in that form, or "file": where it was written',
      load: () => import('../commands/trust/export.js'),
    },
    {
      name: 'verify',
      summary: 'check a trust bundle, without network',
      description:
        'The key is the one that signs for hosts too: `writ host token create` and `/v1/organizations/<handle>/trust/bundle-key.pub` tell it.',
      examples: [
        {
          command: 'writ trust verify acme.trust --key bundle-key.pub',
          says: 'what it says, if it is genuine',
        },
      ],
      arguments: [{ name: 'file', summary: 'a trust bundle; - for standard input', completes: 'file' }],
      options: [
        { flags: '--key <key>', summary: 'fingerprint, or file of the public key, that must have signed' },
      ],
      json: '{ "organization", "name", "version", "madeAt", "signedBy": string, "trustedUserCaKeys", "knownHosts", "revoked": string[] }',
      load: () => import('../commands/trust/verify.js'),
    },
  ],
};

export const revoke: LeafDescription = {
  name: 'revoke',
  summary: 'end trust in certificates, keys, or all of an account or a host; for good',
  description:
    'Name exactly one of the options that say what. Asks first on a terminal. --user and --service-account also close the account, ' +
    '--host removes the host. --group and --role revoke the certificates alone: who has the role gets another at once. A serial that may have been given out and of which no certificate is known (after a crash or ' +
    'a restore) is revoked all the same. With --wait it ends with 0 when every joined host, also of customers that it concerns, has proved that it enforces this, with 3 when ' +
    'all that were heard of lately have (the silent ones are named, of customers counted), with 4 when one of those has not, or the ' +
    'service does not answer in ten seconds more; where nothing was revoked, an error says so.',
  examples: [
    { command: 'writ revoke --serial user:17 --reason "laptop lost"', says: 'one certificate' },
    {
      command: 'writ revoke --serial user:5..9 --reason "issued by mistake" --yes',
      says: 'five, without being asked',
    },
    {
      command: 'writ revoke --cert id_writ-cert.pub --reason "laptop lost"',
      says: 'the certificate in a file',
    },
    { command: 'writ revoke --user bea --reason "left the company"', says: 'everything of a person' },
    {
      command: 'writ revoke --host web-1 --reason "disk stolen"',
      says: 'nobody is to take it for itself again',
    },
    {
      command:
        'writ revoke --key SHA256:AcnB9m8yLcIgaDYGYSZc2cVc0lyqJkDAWDB6t4HOZQ0 --reason "seen elsewhere"',
      says: 'a key of which only the log knows',
    },
    {
      command: 'writ revoke --cert id_writ-cert.pub --reason "laptop lost" --wait 30s',
      says: 'until the hosts have proved that they refuse it',
    },
  ],
  options: [
    { flags: '--serial <serial>', summary: 'user:17, host:17, or a range such as user:5..9', repeat: true },
    { flags: '--cert <file>', summary: 'a certificate file', repeat: true, completes: 'file' },
    {
      flags: '--key <file>',
      summary: 'a public key file or fingerprint: the key itself, and every certificate for it',
      completes: 'file',
    },
    { flags: '--user <name>', summary: 'a person: certificates, keys, sessions, and the account is closed' },
    { flags: '--service-account <name>', summary: 'likewise a service account' },
    { flags: '--host <host>', summary: 'a host: its certificates and keys, and it is removed' },
    { flags: '--group <group>', summary: 'the certificates of roles that its people have through it' },
    { flags: '--role <role>', summary: 'the certificates of the role, whoever has them' },
    {
      flags: '--authority <fingerprint>',
      summary: 'a CA whose key is stolen: all that it has signed; another one signs from then on',
    },
    { flags: '--reason <text>', summary: 'why; kept with the revocation' },
    { flags: '--dry-run', summary: 'only say what would end; nothing is done' },
    {
      flags: '--cut',
      summary: 'end open sessions on hosts that rest on it, also where it was revoked before',
    },
    {
      flags: '--wait <duration>',
      summary: 'wait so long for the hosts to prove that they enforce it, and say how far it is',
    },
    { flags: '--yes', summary: 'do not ask' },
  ],
  json:
    'RevocationResult; with --dry-run RevocationPreview; with --wait also "enforcement": { "totals": EnforcementTotals, "behind", "silent", "uncut", "unsure": HostEnforcement[], "elsewhere": { "organization", "totals": ' +
    'EnforcementTotals or null }[] }, or null where nobody could be asked any more',
  inOrganization: true,
  load: () => import('../commands/revoke.js'),
};

export const revoked: GroupDescription = {
  name: 'revoked',
  summary: 'what was revoked, when, by whom, and why',
  commands: [
    {
      name: 'list',
      summary: 'everything by which something is no longer trusted, newest first',
      description:
        'Also what was not asked for by that name: a role that was taken away, an account that was closed, a host that was removed.',
      examples: [{ command: 'writ revoked list --limit 20', says: 'the last twenty' }],
      options: [{ flags: '--limit <number>', summary: 'at most so many (default: 100)' }],
      json: 'Revocation[]',
      inOrganization: true,
      load: () => import('../commands/revoked/list.js'),
    },
    {
      name: 'show',
      arguments: [{ name: 'revocation', summary: 'its id, from `writ revoked list`' }],
      summary: 'one of them, with what it revoked, and which hosts enforce it',
      description:
        'Each host with what it has proved; of customers, where it followed, only how many do. With --wait it waits and ends as `writ ' +
        'revoke` does.',
      examples: [
        { command: 'writ revoked show 0b8fb92c-0d5e-4ac5-9bbd-5a2a7d9bd1a4', says: 'what it was about' },
      ],
      options: [
        {
          flags: '--wait <duration>',
          summary: 'wait so long for the hosts to prove that they enforce it, and say how far it is',
        },
      ],
      json:
        'RevocationInFull with "enforcement": { "totals": EnforcementTotals, "behind", "silent", "uncut", "unsure", "enforced" (the first hundred): ' +
        'HostEnforcement[], "elsewhere": { "organization", "totals" }[] }, or null without host.read',
      inOrganization: true,
      load: () => import('../commands/revoked/show.js'),
    },
  ],
};

export const krl: GroupDescription = {
  name: 'krl',
  summary: 'what is no longer trusted',
  commands: [
    {
      name: 'fetch',
      summary: 'fetch the current KRL, for RevokedKeys',
      description:
        'The file is checked before it replaces the old one, in one step: sshd never sees half of it. An older KRL than the ' +
        'one in the file is refused. Its signature is put beside it (`<file>.sig`), for `writ krl verify`. Needs no session: without one, say --url and --handle.',
      examples: [{ command: 'writ krl fetch -o /etc/ssh/revoked.krl', says: 'on a host' }],
      options: [
        { flags: '-o, --output <file>', summary: 'where to; standard output if absent', completes: 'file' },
        ...publicOptions,
      ],
      json:
        '{ "krlVersion": string, "generatedAt": string | null, "bytes": number, "file": string, "signature": string | null }; needs --output; ' +
        'generatedAt is null while nothing is revoked yet (version 0), signature (the path of its file) before the first join token',
      load: () => import('../commands/krl/fetch.js'),
    },
    {
      name: 'show',
      summary: 'what a KRL revokes, whoever made it',
      description:
        'Serials and key ids of each authority, keys, fingerprints; the first twenty lines of each without --all. Needs no ' +
        'session and, for a file, no network.',
      examples: [
        { command: 'writ krl show /etc/ssh/revoked.krl', says: 'what sshd refuses on this host' },
        {
          command: 'writ krl show https://ca.acme.example/v1/organizations/k3v9q2m7x1c8z5b4/krl --all',
          says: 'everything that the service says now',
        },
      ],
      arguments: [{ name: 'krl', summary: 'a file, an address, or - for standard input', completes: 'file' }],
      options: [
        { flags: '--all', summary: 'every line, however many there are' },
        ...publicOptions.filter(({ flags }) => /^--(ca-file|pin) /.test(flags)),
      ],
      json:
        '{ "krlVersion", "generatedAt": string | null, "comment", "bytes": number, "sha256", "certificates": { "authority": ' +
        '{ "type", "fingerprint" } | null (any), "serialCount": string, "serials": string[] ("5", "7-9"), "keyIds", "extensions": ' +
        'string[] }[], "keys": { "type", "fingerprint" }[], "fingerprints", "extensions": string[] }; everything, as with --all',
      load: () => import('../commands/krl/show.js'),
    },
    {
      name: 'verify',
      summary: 'check a KRL: that it can be read, who signed it, what it revokes',
      description:
        'Ends with 1 where anything is not as it should be. A file is checked without network, against the signature that `writ krl fetch` has put beside it (`<file>.sig`), or ' +
        '`/v1/organizations/<handle>/krls/<version>.sig` gives; with an address, the signature of the same version is fetched from ' +
        'beside it. A signature is of one organization, version and file. An empty file is no KRL: sshd would let everybody in with it.',
      examples: [
        {
          command: 'writ krl verify revoked.krl --revoked stolen-cert.pub --good id_ed25519.pub',
          says: 'before it is put in place by hand',
        },
        {
          command:
            'writ krl verify revoked.krl --signature krl.sig --handle k3v9q2m7x1c8z5b4 --key bundle-key.pub',
          says: 'that it is the one that the service has signed',
        },
        {
          command:
            'writ krl verify https://mirror.acme.example/krl --handle k3v9q2m7x1c8z5b4 --key bundle-key.pub',
          says: 'the same of what a mirror gives, with the signature beside it',
        },
      ],
      arguments: [{ name: 'krl', summary: 'a file, an address, or - for standard input', completes: 'file' }],
      options: [
        {
          flags: '--revoked <file>',
          summary: 'a certificate or key that it has to revoke',
          repeat: true,
          completes: 'file',
        },
        {
          flags: '--good <file>',
          summary: 'a certificate or key that it must not revoke',
          repeat: true,
          completes: 'file',
        },
        {
          flags: '--signature <file>',
          summary: 'its signature, where it is not beside it; needs --handle and --key',
          completes: 'file',
        },
        { flags: '--handle <handle>', summary: 'the organization whose KRL it has to be' },
        { flags: '--key <key>', summary: 'fingerprint, or file of the public key, that must have signed' },
        ...publicOptions.filter(({ flags }) => /^--(ca-file|pin) /.test(flags)),
      ],
      json:
        '{ "krlVersion": string, "generatedAt": string | null, "bytes": number, "signedBy": string | null, "revoked", "good": ' +
        '{ "path": string, "reason": "key" | "key_id" | "serial" | "signature_key" | null }[] }',
      load: () => import('../commands/krl/verify.js'),
    },
    {
      name: 'build',
      summary: 'make a KRL from a specification, without a service',
      description:
        'Takes what `ssh-keygen -k` takes (KEY REVOCATION LISTS in ssh-keygen(1)) and makes no more bytes of it. A line `ca: <public ' +
        'key>` or `ca: any` says whose the serials and key ids behind it are, so that one KRL is made for several authorities at once.',
      examples: [
        { command: 'writ krl build lost.txt --ca user-ca.pub -o revoked.krl', says: 'a first one' },
        {
          command: 'writ krl build more.txt --ca user-ca.pub --update revoked.krl -o revoked.krl',
          says: 'everything that it said, and more, under the next version',
        },
      ],
      arguments: [
        {
          name: 'specification',
          summary: 'lines of serial:, id:, key:, sha1:, sha256:, hash:, ca:; public keys and certificates',
          many: true,
          completes: 'file',
        },
      ],
      options: [
        { flags: '-o, --output <file>', summary: 'where to; standard output if absent', completes: 'file' },
        {
          flags: '--ca <file>',
          summary: 'whose serials and key ids are meant: a public key, or any',
          completes: 'file',
        },
        { flags: '--update <file>', summary: 'a KRL whose entries stay', completes: 'file' },
        { flags: '--version <number>', summary: 'its version (default: the next after --update, or 1)' },
        { flags: '--comment <text>', summary: 'a comment inside it' },
      ],
      json: '{ "krlVersion": string, "bytes": number, "file": string }; needs --output',
      load: () => import('../commands/krl/build.js'),
    },
  ],
};

export const events: LeafDescription = {
  name: 'events',
  summary: 'who did what, when, to what',
  description:
    'The newest last. With --follow it goes on until it is interrupted or the session has ended; a service that is away for a ' +
    'while is asked again.',
  examples: [
    {
      command: 'writ events --since 2h --kind certificate.issued',
      says: 'the certificates of the last two hours',
    },
    { command: 'writ events --follow --json | jq .subject', says: 'as it happens, for a program' },
  ],
  options: [
    { flags: '--follow', summary: 'go on with what happens next' },
    { flags: '--since <time>', summary: 'from then on: 2026-01-31T08:00:00Z, or how long ago: 2h, 7d' },
    { flags: '--kind <kind>', summary: 'only these, such as certificate.issued' },
    { flags: '--actor <user>', summary: 'only what one person did' },
    { flags: '--subject <subject>', summary: 'only what happened to this: user:17, bea, web-1.acme.example' },
    { flags: '--limit <number>', summary: 'at most so many of the past (default: 100)' },
    { flags: '--long', summary: 'all that is known of each, not only what tells most' },
  ],
  json: 'Event, one a line',
  inOrganization: true,
  load: () => import('../commands/events.js'),
};
