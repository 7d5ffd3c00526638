export type { Sshsig, SshsigHash } from './types.js';
export { decodeSshsig, parseSshsig } from './parse.js';
export { encodeSshsig, sshsigSignedData } from './encode.js';
export { verifySshsig, type SshsigQuestion } from './verify.js';
