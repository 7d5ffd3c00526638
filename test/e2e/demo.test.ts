import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Whole processes on a machine that may have other things to do (ms). */
const patience = 300_000;

describe('npm run demo', () => {
  let scratch: string;
  beforeEach(() => {
    // Short: a socket's path has to fit below it.
    scratch = mkdtempSync(join(tmpdir(), 'demo-'));
    // As root PostgreSQL runs under another account, which must get through.
    chmodSync(scratch, 0o711);
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  /** Runs what was built; `seen` is told all output so far, and gives Ctrl-C by returning true. */
  function demo(seen: (output: string) => boolean = () => false) {
    const child = spawn(process.execPath, [join(root, 'tools/demo.mjs'), '--built'], {
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    // A terminal sends Ctrl-C to all that it runs in the foreground, and people press it twice.
    const watching = setInterval(() => {
      if (!seen(output)) return;
      clearInterval(watching);
      for (let times = 0; times < 2; times += 1) process.kill(-(child.pid ?? 0), 'SIGINT');
    }, 5);
    return new Promise<{ status: number | null; output: string; errors: string }>((resolve) => {
      child.once('close', (status) => {
        clearInterval(watching);
        resolve({ status, output, errors });
      });
    });
  }

  /** Command lines of processes that still use the directory (Linux). */
  function survivors(): string[] {
    if (!existsSync('/proc')) return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      })
      .filter((line) => line.includes(scratch));
  }

  const state = () => readdirSync(scratch).map((name) => join(scratch, name, 'state'))[0] ?? '';

  it.each([
    ['while init makes the database', () => existsSync(join(state(), 'postgres/data'))],
    ['while the server starts', (output: string) => output.includes('writ server &')],
    ['while a host joins', (output: string) => output.includes('sh writ-host join')],
  ])(
    'leaves nothing behind when it is interrupted %s',
    async (_when, seen) => {
      const ended = await demo(seen);
      expect(ended).toMatchObject({ status: 130, errors: '' });
      expect(readdirSync(scratch)).toEqual([]);
      expect(survivors()).toEqual([]);
    },
    patience,
  );

  it(
    'shows commands as they are typed, and what they said in the order in which they said it',
    async () => {
      const { status, output } = await demo();
      expect({ status, output }).toMatchObject({ status: 0 });
      const typed = output.split('\n').filter((line) => / \$ /.test(line));
      expect(typed.filter((line) => line.includes(scratch) || /'~|''/.test(line))).toEqual([]);
      expect(typed.join('\n')).toContain("--names '*.globex.example'");
      const lines = output.split('\n').map((line) => line.trim());
      const after = lines.slice(lines.findIndex((line) => line.endsWith('writ user invite ben')));
      const talk = after.findIndex((line) => line.startsWith('One-time invitation for ben'));
      const data = after.findIndex((line) => line.startsWith('writ_i.'));
      expect([talk, data]).toEqual([1, 3]);
      // What lets its holder in is not shown.
      expect(output).not.toMatch(/writ_i\.[a-z0-9]|writ-join-1\|h/);
      expect(readdirSync(scratch)).toEqual([]);
    },
    patience,
  );
});
