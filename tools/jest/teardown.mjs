// After the last suite.
import { rmSync } from 'node:fs';

export default function teardown() {
  rmSync(process.env['WRIT_TEST_MADE'], { recursive: true, force: true });
}
