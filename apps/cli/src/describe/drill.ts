import type { GroupDescription } from './command.js';

export const drill: GroupDescription = {
  name: 'drill',
  summary: 'prove today that revocation works here',
  commands: [
    {
      name: 'revoke',
      summary: 'revoke a canary, and measure when each host refuses it and has ended its session',
      description:
        'Makes a canary: an account with a role of its own that lets it do nothing but wait, on the hosts with these labels. Logs it in there ' +
        'with ssh, keeps a session open, revokes it as `writ revoke --cut` does, and measures on each host how long it takes until a login is ' +
        'refused, until the session has ended, and until the host has proved that it enforces the revocation. Then the canary is removed; ' +
        'where that could not be done, it ends by itself within a quarter of an hour. Ends with 0 where all of that was seen on all hosts, with 3 ' +
        'where some were not tried or nobody knows, with 4 where one let the canary in to the last or left its session open. Hosts are ' +
        'told of by name, and one that was not tried is no success. The login must exist on the hosts, with a shell; through jump hosts it goes ' +
        'by your own ssh.',
      examples: [
        { command: 'writ drill revoke --hosts env=prod --login deploy', says: 'on all of production' },
        {
          command: 'writ drill revoke --hosts env=prod --login deploy --yes --report drill.html',
          says: 'by a timer; the page prints well',
        },
      ],
      options: [
        {
          flags: '--hosts <labels>',
          summary: 'labels of the hosts, such as env=prod,tier=web; 100 hosts at most',
        },
        { flags: '--login <name>', summary: 'the login on the hosts (default: your name here)' },
        {
          flags: '--timeout <duration>',
          summary:
            'how long hosts have to refuse it, end its session and prove that (default: 60s; 5m at most)',
        },
        { flags: '--report <file>', summary: 'write the report as an HTML page, too', completes: 'file' },
        { flags: '--yes', summary: 'do not ask' },
      ],
      json:
        '{ "organization", "by", "drill", "selector", "login", "startedAt", "revokedAt", "krlVersion", "timeoutSeconds", "hosts": [{ "host", ' +
        '"result": "passed" | "open" | "unsure" | "not_tried", "notTried": string | null, "refusedAfter", "cutAfter", "provedAfter": ' +
        'milliseconds | null, "lastLogin": "in" | "unreached" | null }] }',
      inOrganization: true,
      load: () => import('../commands/drill/revoke.js'),
    },
  ],
};
