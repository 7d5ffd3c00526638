export * from './wire/index.js';
export * from './key/index.js';
export * from './certificate/index.js';
export * from './sshsig/index.js';
export * from './krl/index.js';
export * from './trust/index.js';
export { opensshErrorCodes, type OpensshErrorCode } from './errors.js';
