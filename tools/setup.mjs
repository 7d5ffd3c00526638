// Installs packages and generates the Prisma client where they are missing or stale. Needs Node and npm, nothing else.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, quietEnv, root, run, stop } from './run.mjs';

const digest = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
};
const current = (stamp, value) => existsSync(stamp) && readFileSync(stamp, 'utf8') === value;

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Writ needs Node 20.19 or newer; this is ${process.version}.`);
}

/** Whether somebody's own `npm install` or `npm ci` has put in place exactly what the lockfile names. */
function installedAsLocked() {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const { packages: there } = JSON.parse(readFileSync(hidden, 'utf8'));
  const { packages: wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(wanted).every(
    ([path, { version, integrity, optional, link }]) =>
      !path.startsWith('node_modules/') ||
      (optional && there[path] === undefined) ||
      (link
        ? there[path]?.link === true
        : there[path]?.version === version && there[path].integrity === integrity),
  );
}

async function installPackages() {
  const stamp = join(root, 'node_modules/.writ-installed');
  const wanted = digest('package-lock.json', '.npmrc');
  if (current(stamp, wanted)) return;
  if (installedAsLocked()) return writeFileSync(stamp, wanted);
  process.stderr.write('Installing packages (npm ci) …\n');
  const status = await run('npm', ['ci', '--loglevel=error', '--no-progress'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) stop(`npm ci failed with status ${status}; see above.`);
  writeFileSync(stamp, wanted);
}

/**
 * `prisma generate` needs no engine but insists on fetching one, unless it is told that there is one already; and it
 * keeps a cache in the home directory, which gets a temporary one instead.
 */
async function generatePrismaClient() {
  const stamp = join(root, 'libs/storage/src/generated/.writ-generated');
  const wanted = digest('prisma/schema.prisma', 'package-lock.json');
  if (current(stamp, wanted)) return;
  const home = mkdtempSync(join(tmpdir(), 'writ-prisma-'));
  try {
    // Captured: all that it says while nothing is wrong is of no use to anybody.
    const { code, output } = await capture(
      process.execPath,
      ['node_modules/prisma/build/index.js', 'generate', '--schema', 'prisma/schema.prisma', '--no-hints'],
      {
        env: { ...quietEnv, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, HOME: home, XDG_CACHE_HOME: home },
      },
    );
    if (code !== 0) stop(`prisma generate failed with status ${code}:\n${output}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  writeFileSync(stamp, wanted);
}

export async function setup() {
  checkNode();
  await installPackages();
  await generatePrismaClient();
}

if (process.argv[1] === join(root, 'tools/setup.mjs')) await setup();
