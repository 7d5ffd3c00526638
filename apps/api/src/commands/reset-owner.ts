import { systemClock } from '@writ/kernel';
import { migrateDatabase, openDatabase, openScoped } from '@writ/storage';
import { randomBytes } from 'node:crypto';
import { resetOwner as reset } from '../users/reset-owner.js';
import { cancelled } from './cancelled.js';
import type { Command } from './command.js';
import { parseWords, usage } from './command-line.js';
import { Opened } from './opened.js';

const options = {
  org: { type: 'string' },
  anyway: { type: 'boolean' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const resetOwner: Command = {
  async run({ words, configuration, terminal }) {
    const { values, positionals } = parseWords(words, options, 1);
    const [user] = positionals;
    if (user === undefined) throw usage('the name of the owner is missing');
    if (values.yes !== true && terminal.interactive) {
      terminal.say(`This forgets ${user}'s password and second factor, and ends their sessions.`);
      if (!(await terminal.confirm('Print an invitation that opens the account?'))) throw cancelled();
    }
    const { stateDirectory, databaseUrl } = configuration.config;
    const opened = new Opened();
    try {
      const database = opened.add(
        await openDatabase({ stateDirectory, url: databaseUrl, purpose: 'command' }),
      );
      await migrateDatabase(database);
      const store = opened.add(openScoped({ connection: database.connection('app'), connections: 1 }));
      const services = { store, clock: systemClock, random: randomBytes };
      const organization = values.org ?? null;
      const done = await reset(services, { user, organization, anyway: values.anyway === true });
      if (values.json === true) return terminal.print(`${JSON.stringify(done)}\n`);
      terminal.say(`One-time invitation of ${user}, good for a day (writ login --invitation):`);
      terminal.print(`${done.invitation}\n`);
      if (done.lockEnded)
        terminal.say(
          'Their lock has ended; hosts believe their certificates and keys again once the service has run.',
        );
      terminal.say(`It is in the events of ${done.organization} (writ events --kind user.reset).`);
    } finally {
      await opened.close();
    }
  },
};
