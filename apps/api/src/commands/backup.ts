import { backUp, migrateDatabase, openDatabase } from '@writ/storage';
import type { Command } from './command.js';
import { parseWords, usage } from './command-line.js';
import { Opened } from './opened.js';

export const backup: Command = {
  async run({ words, configuration, terminal }) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } }, 1);
    const [file] = positionals;
    if (file === undefined) throw usage('the file to write is missing');
    const { stateDirectory, databaseUrl } = configuration.config;
    const opened = new Opened();
    try {
      const database = opened.add(
        await openDatabase({ stateDirectory, url: databaseUrl, purpose: 'command' }),
      );
      await migrateDatabase(database);
      const summary = await backUp(database.connection('owner'), file);
      if (values.json === true) return terminal.print(`${JSON.stringify(summary)}\n`);
      const rows = Object.values(summary.tables).reduce((sum, count) => sum + count, 0);
      terminal.say(
        `Wrote ${rows} rows of ${Object.keys(summary.tables).length} tables to ${file} and checked them.`,
      );
    } finally {
      await opened.close();
    }
  },
};
