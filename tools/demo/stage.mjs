// What the demo's story is told with: people who type, processes that run beside, and an end that leaves nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../run.mjs';

const writ = join(root, 'apps/cli/bin/writ.js');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
export const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

const cleanUps = [];
let step = 0;
let cleaning;
let interrupted = false;

/** Ends the demo: something did not really happen. */
export class Untrue extends Error {}

/** Keeps what is to be undone at the end; the last is undone first. */
export function atTheEnd(undo) {
  cleanUps.push(undo);
}

/** Undoes what was begun: once, whoever asks for it. Resolves to false when something could not be undone. */
export function cleanUp() {
  cleaning ??= (async () => {
    let clean = true;
    for (const undo of cleanUps.reverse().splice(0)) {
      try {
        await undo();
      } catch (error) {
        clean = false;
        process.stderr.write(`${error.message}\n`);
      }
    }
    return clean;
  })();
  return cleaning;
}

/** The story goes no further: what it waits for is waited for, and then undone. */
export function interrupt() {
  interrupted = true;
  return cleanUp();
}

export const wasInterrupted = () => interrupted;

const goOn = async () => {
  if (interrupted) await new Promise(() => undefined);
};

/** Waits for what must have ended before anything is undone; after a signal the story goes no further. */
export async function during(work) {
  cleanUps.push(() => work.catch(() => undefined));
  try {
    return await work;
  } finally {
    await goOn();
  }
}

export function tell(text) {
  step += 1;
  process.stdout.write(`\n${paint('1', `${step}. ${text}`)}\n`);
}

/** A remark between the commands. */
export function remark(text) {
  process.stdout.write(`     ${paint('2', `(${text})`)}\n`);
}

export function mustBe(condition, claim, seen = '') {
  if (!condition) throw new Untrue(`This did not happen: ${claim}\n${seen}`);
  process.stdout.write(`   ${paint('32', '✓')} ${claim}\n`);
}

/** Somebody, or a machine, with a home directory of their own and nothing of this machine but PATH. */
export function person(name, base, extra = {}) {
  const home = join(base, name);
  mkdirSync(home, { mode: 0o700 });
  const env = { PATH: process.env.PATH, HOME: home, SHELL: '/bin/sh', LANG: process.env.LANG ?? 'C.UTF-8' };
  return { name, home, prompt: '$', env: { ...env, NO_COLOR: '1', ...extra } };
}

/** Said because these people have no accounts of their own on this machine. */
const onlyHere = /^warning: ssh itself reads /;

const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);
const typed = (who, line) =>
  process.stdout.write(
    `   ${paint('36', `${who.name} ${who.prompt} ${line.replaceAll('\n', '\n     > ')}`)}\n`,
  );
const program = (words) => (words[0] === 'writ' ? [process.execPath, writ, ...words.slice(1)] : words);

/**
 * What somebody types, shown, and then really run; resolves with its status and output.
 * @param {string | string[]} command a line, which takes no quotes unless `run` is given, or its words
 * @param {{ run?: string[], env?: object, answer?: (line: string) => string | undefined, seen?: (line: string) => string }} [options]
 * run: what is run where that differs from what is typed; answer: one line of input, as soon as a line of output calls
 * for it; seen: what is shown of a line of output, '' for nothing
 */
export async function type(who, command, { run, env = {}, answer, seen = (line) => line } = {}) {
  const isLine = typeof command === 'string';
  const words = isLine ? command.split(' ') : command;
  typed(who, isLine ? command : words.map(quote).join(' '));
  // Data and talk through one pipe stay in the order in which they were written.
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...program(run ?? words)], {
    cwd: who.home,
    env: { ...who.env, ...env },
    stdio: [answer === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
    // Ctrl-C is for the demo: a command cut off in the middle would leave its database behind.
    detached: true,
  });
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const reply = answer?.(line);
    if (reply !== undefined && child.stdin.writable) child.stdin.end(`${reply}\n`);
  });
  const [status] = await during(once(child, 'close'));
  for (const line of lines.map(seen))
    if (line !== '' && !onlyHere.test(line)) process.stdout.write(`     ${line}\n`);
  return { status, lines, output: lines.join('\n') };
}

/** As `type`, and it must succeed. */
export async function mustType(who, command, options) {
  const result = await type(who, command, options);
  if (result.status !== 0)
    throw new Untrue(
      `\`${[command].flat().join(' ')}\` ended with status ${result.status}\n${result.output}`,
    );
  return result;
}

/** What somebody starts in the background; it is stopped at the end at the latest. `stdin`: a 'pipe' stays open as long. */
export function start(who, line, words = line.split(' '), stdin = 'ignore') {
  typed(who, `${line} &`);
  const [file, ...args] = program(words);
  const child = spawn(file, args, {
    cwd: who.home,
    env: who.env,
    stdio: [stdin, 'pipe', 'pipe'],
    detached: true,
  });
  const said = [];
  const watchers = new Set();
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', (text) => {
      said.push(text);
      for (const watcher of watchers) watcher();
    });
  const closed = once(child, 'close');
  void closed.then(() => watchers.forEach((watcher) => watcher()));
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await closed;
  };
  atTheEnd(stop);
  const running = () => child.exitCode === null;
  /** Resolves with the first line, past or future, for which `wanted` is true. */
  const says = async (wanted) => {
    for (;;) {
      await goOn();
      const line = said.find(wanted);
      if (line !== undefined) return line;
      if (!running()) throw new Untrue(`\`${line}\` ended\n${said.join('\n')}`);
      await new Promise((resolve) => {
        const watcher = () => (watchers.delete(watcher), resolve());
        watchers.add(watcher);
      });
    }
  };
  return { stop, running, says, ended: () => during(closed), said: () => said.join('\n') };
}

/** Asks again and again until it is so, or what it depends on has ended. */
export async function until(isSo, process) {
  while (!(await isSo())) {
    await goOn();
    if (!process.running()) throw new Untrue(`it ended\n${process.said()}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}
