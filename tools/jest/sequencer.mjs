// The order of the suites: those that take longest come first, so that no processor stands idle at the end.
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** What takes ten seconds and more, longest first. All others follow, the larger file first. */
const long = [
  'apps/host/test/faults.test.ts',
  'test/e2e/api-commands.test.ts',
  'apps/host/test/bundles.test.ts',
  'test/e2e/demo.test.ts',
  'apps/host/test/join.test.ts',
  'apps/host/test/leave.test.ts',
  'apps/host/test/staying.test.ts',
  'apps/host/test/sessions.test.ts',
  'test/e2e/enforcement-by-kit.test.ts',
  'test/docs/pages.test.ts',
  'test/e2e/resources-race.test.ts',
  'apps/host/test/revocations.test.ts',
  'test/e2e/resources-parties.test.ts',
  'test/fault/database-gone.test.ts',
  'apps/host/test/changed-keys.test.ts',
  'test/e2e/api-throttle.test.ts',
  'apps/host/test/follow.test.ts',
  'apps/host/test/takeover.test.ts',
  'test/ports/embedded-postgres.test.ts',
  'test/interop/krl-keygen.test.ts',
  'apps/host/test/refusals.test.ts',
  'test/e2e/cli-people.test.ts',
  'apps/host/test/troubles.test.ts',
  'test/fault/start.test.ts',
  'test/e2e/plain-ssh.test.ts',
  'test/fault/two-processes.test.ts',
  'test/e2e/shared-database.test.ts',
  'test/ports/backup.test.ts',
  'apps/host/test/succession.test.ts',
  'test/fault/disk-full.test.ts',
  'test/e2e/api-http.test.ts',
  'test/fault/waiting-hosts.test.ts',
  'test/fault/rounds.test.ts',
  'test/e2e/cli-server.test.ts',
  'test/e2e/resources-revocations.test.ts',
  'test/e2e/service-accounts.test.ts',
  'test/interop/certificates.test.ts',
  'test/ports/issuing-race.test.ts',
  'test/e2e/joined-host.test.ts',
  'test/interop/krl.test.ts',
  'test/e2e/organizations.test.ts',
  'apps/cli/test/commands.test.ts',
  'test/e2e/sshd.test.ts',
  'test/e2e/joined-distribution.test.ts',
  'test/e2e/cli-operators.test.ts',
  'test/ports/orphan.test.ts',
  'test/e2e/second-factor.test.ts',
  'apps/host/test/update.test.ts',
  'apps/cli/test/transcripts.test.ts',
  'libs/storage/test/stuck.test.ts',
  'test/e2e/host-care.test.ts',
  'test/e2e/resources-users.test.ts',
  'test/e2e/resources-groups.test.ts',
  'apps/cli/test/session/session.test.ts',
  'test/e2e/delegations.test.ts',
  'test/e2e/access.test.ts',
  'apps/cli/test/ssh/login.test.ts',
  'test/docs/readme.test.ts',
  'apps/host/test/tls.test.ts',
  'apps/host/test/stay.test.ts',
  'test/e2e/organizations-apart.test.ts',
  'test/e2e/resources-roles.test.ts',
  'test/e2e/api-sessions.test.ts',
  'test/ports/recorder-faults.test.ts',
  'test/e2e/unproved-claims.test.ts',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = (path) => {
      const found = long.indexOf(path);
      return found < 0 ? long.length : found;
    };
    return [...tests]
      .map((test) => ({
        test,
        place: place(relative(test.context.config.rootDir, test.path)),
        size: statSync(test.path).size,
      }))
      .sort((one, other) => one.place - other.place || other.size - one.size)
      .map(({ test }) => test);
  }
}
