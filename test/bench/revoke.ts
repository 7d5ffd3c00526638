// `npm run bench -- revoke [hosts] [times]`: how soon a revocation is everywhere, and what an ordinary month of them costs a login.
import { report } from './frame.js';
import { loginsWithMonth } from './revoke-month.js';
import { revocationReaches } from './revoke-reaches.js';
import { reallyRevoked } from './revoke-really.js';

const hosts = Number(process.argv[2] ?? '10000');
const times = Number(process.argv[3] ?? '200');

report('revoke', [
  ...(await revocationReaches(hosts)),
  ...(await reallyRevoked(times)),
  ...(await loginsWithMonth()),
]);
