// `npm test`: sets up what is missing, builds, lints, and runs every test. Ends with one line: N passed, N failed.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, compileTests } from './build.mjs';
import { lintChecks } from './lint.mjs';
import { quietEnv, root, run } from './run.mjs';
import { ensureShells } from './shells.mjs';
import { ensureSshd } from './sshd.mjs';

const only = process.argv.slice(2);
let passed = 0;
let failed = 0;
const failures = [];

async function check(name, perform) {
  if (await perform()) passed += 1;
  else {
    failed += 1;
    failures.push(name);
  }
}

/** The libraries of which every branch is to be run by their own tests. */
const wholly = ['libs/openssh', 'libs/policy', 'libs/hosts', 'libs/issuance'];
const measured = [
  '--coverage',
  // Not v8's: it takes a file of types for code that never ran.
  '--coverageProvider=babel',
  '--coverageReporters=text-summary',
  `--collectCoverageFrom=libs/{${wholly.map((path) => path.slice(5)).join(',')}}/src/**/*.ts`,
  '--coverageThreshold={"global":{"branches":100}}',
];

/** More than there are processors: some suites wait most of the time. Each takes up to a gigabyte. */
const workers = Math.min(availableParallelism() + 2, 8);

/**
 * Where the tests keep their files: where temporary files are wanted, else in memory where there is plenty, since they make and
 * remove whole databases all the time.
 */
const place = process.env.TMPDIR === undefined && takesOurFiles('/dev/shm') ? '/dev/shm' : tmpdir();

/** Whether a directory is in memory, with room for all that the tests keep at a time, and may hold programs (Linux). */
function takesOurFiles(directory) {
  const [tmpfs, gigabyte] = [0x01021994, 2 ** 30];
  let probe;
  try {
    const { type, bavail, bsize } = statfsSync(directory);
    if (type !== tmpfs || bavail * bsize < 4 * gigabyte || process.availableMemory() < 8 * gigabyte)
      return false;
    probe = mkdtempSync(join(directory, 'writ-probe-'));
    writeFileSync(join(probe, 'program'), '#!/bin/sh\n', { mode: 0o700 });
    execFileSync(join(probe, 'program'));
    return true;
  } catch {
    return false;
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true });
  }
}

/** Runs jest and counts its tests; a suite that could not be loaded counts as one failure. */
async function jest(args) {
  const scratch = mkdtempSync(join(place, 'writ-test-'));
  // As root, PostgreSQL runs as somebody else, who must get through.
  chmodSync(scratch, 0o711);
  const report = join(scratch, 'jest.json');
  try {
    const status = await run(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
        `--maxWorkers=${workers}`,
        '--json',
        `--outputFile=${report}`,
        `--coverageDirectory=${join(scratch, 'coverage')}`,
        ...args,
      ],
      { env: { ...quietEnv, TMPDIR: scratch, WRIT_SSHD: await ensureSshd() } },
    );
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const bad =
      result.numFailedTests + result.numRuntimeErrorTestSuites + result.numPendingTests + result.numTodoTests;
    passed += result.numPassedTests;
    failed += bad;
    for (const suite of result.testResults) {
      if (suite.status === 'failed') failures.push(suite.name.slice(root.length + 1));
    }
    if (result.numPendingTests + result.numTodoTests > 0)
      failures.push('skipped tests: a test is never skipped');
    if (args.includes('--coverage'))
      await check(`coverage: every branch of ${wholly.join(', ')}`, () => bad > 0 || status === 0);
  } catch (error) {
    failed += 1;
    failures.push(`jest wrote no report: ${error.message}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One after the other. */
async function inTurn(checks) {
  for (const [name, perform] of Object.entries(checks)) await check(name, perform);
}

await ensureShells();
await build();
const compiles = { 'compile: every project and its tests': compileTests };
if (only.length > 0) {
  await inTurn(compiles);
  await jest(only);
} else {
  const { 'lint: format': format, ...others } = lintChecks;
  // Side by side: each of them has times in which only one processor is busy.
  await Promise.all([
    inTurn({ ...compiles, 'lint: format': format }),
    inTurn(others),
    jest([...measured, ...wholly.map((path) => `${path}/test/`)]),
  ]);
  await jest(wholly.map((path) => `--testPathIgnorePatterns=/${path}/test/`));
}
for (const name of failures) process.stdout.write(`failed: ${name}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
