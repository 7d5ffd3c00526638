// `npm test`: sets up what is missing, builds, lints, and runs every test. Ends with one line: N passed, N failed.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, compileTests } from './build.mjs';
import { lintChecks } from './lint.mjs';
import { quietEnv, root, run } from './run.mjs';
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

/** Runs jest and counts its tests; a suite that could not be loaded counts as one failure. */
async function jest() {
  const scratch = mkdtempSync(join(tmpdir(), 'writ-test-'));
  // As root, PostgreSQL runs as somebody else, who must get through.
  chmodSync(scratch, 0o711);
  const report = join(scratch, 'jest.json');
  try {
    await run(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
        '--maxWorkers=2',
        '--json',
        `--outputFile=${report}`,
        ...only,
      ],
      { env: { ...quietEnv, TMPDIR: scratch, WRIT_SSHD: await ensureSshd() } },
    );
    const result = JSON.parse(readFileSync(report, 'utf8'));
    passed += result.numPassedTests;
    failed +=
      result.numFailedTests + result.numRuntimeErrorTestSuites + result.numPendingTests + result.numTodoTests;
    for (const suite of result.testResults) {
      if (suite.status === 'failed') failures.push(suite.name.slice(root.length + 1));
    }
    if (result.numPendingTests + result.numTodoTests > 0)
      failures.push('skipped tests: a test is never skipped');
  } catch (error) {
    failed += 1;
    failures.push(`jest wrote no report: ${error.message}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await build();
await check('compile: every project and its tests', compileTests);
if (only.length === 0) for (const [name, perform] of Object.entries(lintChecks)) await check(name, perform);
await jest();
for (const name of failures) process.stdout.write(`failed: ${name}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
