// This import must fail the lint: a kernel that knows the storage. boundaries.test.ts sees to it.
import '@writ/storage';
// And this one as well: a Node built-in in a domain library.
import 'node:fs';
