// `npm run bench -- revoke [hosts]`: how soon a revocation is everywhere, and what an ordinary month of them costs a login.
import { report } from './frame.js';
import { loginsWithMonth } from './revoke-month.js';
import { revocationReaches } from './revoke-reaches.js';

const count = Number(process.argv[2] ?? '10000');

report('revoke', [...(await revocationReaches(count)), ...(await loginsWithMonth())]);
