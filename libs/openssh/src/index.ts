export * from './wire/index.js';
export * from './key/index.js';
export { opensshErrorCodes, type OpensshErrorCode } from './errors.js';
