#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const bundle = join(__dirname, '../dist/writ.js');
if (existsSync(bundle)) require(bundle);
else {
  process.stderr.write('writ: it is not built yet: run `npm run build` first.\n');
  process.exitCode = 1;
}
