export { recorderContract, type RecorderUnderTest, type StoredRecord } from './recorder.js';
export { serialSourceContract, type SerialSourceUnderTest } from './serial-source.js';
export { signerContract, type SignerUnderTest } from './signer.js';
