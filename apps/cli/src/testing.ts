// What the bench of the check needs, and nothing else does.
export { checkScript } from './ssh/check-script.js';
export { timesOf, writeRoleCertificate } from './ssh/role-certificate.js';
export { Specification } from './krl/specification.js';
