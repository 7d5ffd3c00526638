export { WireWriter } from './writer.js';
export { WireReader } from './reader.js';
export { fromBase64, toBase64 } from './base64.js';
export { fixedUnsigned, minimalUnsigned, toBigInt } from './mpint.js';
