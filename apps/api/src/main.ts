import { isCodedError } from '@writ/kernel';
import { commands } from './commands/commands.js';
import { processTerminal } from './commands/terminal.js';
import { usage } from './commands/command-line.js';
import { readConfig } from './config/config.js';
import { exitStatusOf } from './exit-status.js';
import { withoutTokens } from './log.js';

const terminal = processTerminal();

async function main([name = '', ...words]: readonly string[]): Promise<void> {
  const command = commands[name];
  if (command === undefined) throw usage(`this program runs ${Object.keys(commands).join(', ')}`);
  if (words.includes('--help') || words.includes('-h')) return terminal.print(command.help);
  const environment = { ...process.env };
  await command.run({ words, environment, configuration: readConfig(environment), terminal });
}

/** Ends the process with one line that says what to do; a fault of the program's own comes with its trace. */
function end(error: unknown): void {
  const known = isCodedError(error);
  const text = known
    ? `${error.message} [${error.code}]`
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  terminal.say(`writ: ${withoutTokens(text)}`);
  // Not at once: what was logged is still being written.
  process.exitCode = known ? exitStatusOf(error.code) : 1;
  setTimeout(() => process.exit(), 2_000).unref();
}

process.on('uncaughtException', (error) => {
  end(error);
  process.exit();
});

main(process.argv.slice(2)).then(undefined, end);
