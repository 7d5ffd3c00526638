import { systemClock } from '@writ/kernel';
import { arranged } from './arranged.js';
import { isGroup, type LeafDescription } from './describe/command.js';
import { writ } from './describe/tree.js';
import { exitStatus, type ExitStatus } from './exit-status.js';
import { Input } from './input.js';
import { parse } from './program.js';
import type { Surroundings } from './run.js';
import { report, reportLostOutput } from './terminal/report.js';
import { watchStreams } from './terminal/streams.js';
import { Terminal } from './terminal/terminal.js';

/** `writ server …` and its like: the words behind the command are not ours to read. */
function passedThrough(words: readonly string[]): LeafDescription | null {
  const command = writ.commands.find(({ name }) => name === words[0]);
  return command !== undefined && !isGroup(command) && command.passThrough === true ? command : null;
}

async function run(given: readonly string[], surroundings: Surroundings): Promise<ExitStatus> {
  const { terminal } = surroundings;
  const words = arranged(writ, given);
  const service = passedThrough(words);
  if (service !== null) {
    const input = new Input({}, { words: words.slice(1) });
    return (await (await service.load()).run(surroundings, input)) ?? exitStatus.ok;
  }
  const line = words.length === 0 ? ['--help'] : words[0] === '--version' ? ['version'] : words;
  const asked = await parse(writ, line, process.stdout.columns ?? 100);
  if (asked.what === 'help') {
    terminal.data(...asked.text.trimEnd().split('\n'));
    return words.length === 0 ? exitStatus.usage : exitStatus.ok;
  }
  const { run: command } = await asked.command.load();
  return (await command(surroundings, asked.input)) ?? exitStatus.ok;
}

// Until a command has really ended: with nothing left to wait for, Node would end with 0.
process.exitCode = exitStatus.failed;
const outputState = watchStreams(process.stdout, process.stderr);
const words = process.argv.slice(2);
const terminal = new Terminal({
  output: process.stdout,
  talk: process.stderr,
  inputIsTerminal: () => process.stdin.isTTY === true,
  environment: process.env,
  outputState,
});
run(words, { environment: process.env, clock: systemClock, terminal }).then(
  (status) => (process.exitCode = status),
  (error: unknown) => (process.exitCode = report(terminal, error, words.includes('--json'))),
);
// Only now it is known whether everything went out.
process.once('exit', () => {
  if (process.exitCode === exitStatus.ok && outputState.broken !== null)
    process.exitCode = reportLostOutput(terminal, outputState.broken, words.includes('--json'));
});
