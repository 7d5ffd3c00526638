'use strict';
// node code-cache.cjs <bundle> <words…>: runs the bundle as bin/writ.js does, with the words as its command line, and leaves
// beside it what V8 has made of it by then. Functions that the command ran are in it too and need not be compiled again.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

const [, , bundle, ...words] = process.argv;
const wrapped = `(function (exports, require, module, __filename, __dirname) {${readFileSync(bundle, 'latin1')}\n})`;
const script = new Script(wrapped, { filename: bundle });

process.argv = [process.argv[0], bundle, ...words];
process.once('exit', () => {
  writeFileSync(`${bundle}.cache.new`, script.createCachedData());
  renameSync(`${bundle}.cache.new`, `${bundle}.cache`);
});
script.runInThisContext().call(exports, exports, require, module, bundle, dirname(bundle));
