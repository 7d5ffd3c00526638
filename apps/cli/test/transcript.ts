import { execFile } from 'node:child_process';

/**
 * A session at the command line as a readable file:
 *
 *     Anything else is prose.
 *     $ writ version          a command, for bash
 *     > writ 0.1.0            its standard output, line by line
 *     ! writ: …               its standard error; … stands for anything within a line
 *     = 2                     its exit status, where it is not 0
 */
export interface Step {
  readonly prose: readonly string[];
  readonly command: string;
  readonly expected: readonly string[];
}

export function parseTranscript(text: string): {
  readonly steps: readonly Step[];
  readonly rest: readonly string[];
} {
  const steps: Step[] = [];
  let prose: string[] = [];
  let expected: string[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('$ ')) {
      expected = [];
      steps.push({ prose, command: line.slice(2), expected });
      prose = [];
    } else if (/^[>!=]( |$)/.test(line)) expected.push(line);
    else prose.push(line);
  }
  return { steps, rest: prose };
}

/** Runs the steps, one after the other, and writes down what happened in the same form. */
export async function perform(
  transcript: ReturnType<typeof parseTranscript>,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const lines: string[] = [];
  for (const { prose, command, expected } of transcript.steps) {
    const seen = await run(command, options);
    lines.push(...prose, `$ ${command}`, ...seen.map((line, index) => asExpected(line, expected[index])));
  }
  return [...lines, ...transcript.rest, ''].join('\n');
}

/** The line as it was expected, where it fits: so that what differs is all that differs. */
function asExpected(line: string, expected: string | undefined): string {
  if (expected === undefined || !expected.includes('…')) return line;
  const pattern = expected
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(line) ? expected : line;
}

function run(
  command: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string[]> {
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', command], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve([...marked('>', stdout), ...marked('!', stderr), ...(status === 0 ? [] : [`= ${status}`])]);
    });
    child.stdin?.end();
  });
}

function marked(mark: string, output: string): string[] {
  if (output === '') return [];
  return output
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${mark} ${line}`.trimEnd());
}
