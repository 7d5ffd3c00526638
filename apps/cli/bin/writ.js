#!/usr/bin/env node
'use strict';
// Starts dist/writ.js. The build has left what V8 made of it beside it, which halves the time to the first line; where that
// is missing, older than the bundle or of another Node, the bundle is compiled as usual.
const { readFileSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const bundle = join(__dirname, '../dist/writ.js');

function codeCache(madeAt) {
  try {
    return statSync(`${bundle}.cache`).mtimeMs >= madeAt ? readFileSync(`${bundle}.cache`) : undefined;
  } catch {
    return undefined;
  }
}

function start(source, cachedData) {
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: bundle, cachedData });
  script.runInThisContext().call(exports, exports, require, module, bundle, dirname(bundle));
}

const built = statSync(bundle, { throwIfNoEntry: false });
if (built === undefined) {
  process.stderr.write('writ: it is not built yet: run `npm run build` first.\n');
  process.exitCode = 1;
} else start(readFileSync(bundle, 'latin1'), codeCache(built.mtimeMs));
