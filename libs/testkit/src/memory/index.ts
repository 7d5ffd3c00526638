export { memoryEpochs, type MemoryEpochs } from './epochs.js';
export { memoryRecorder, type Delay, type MemoryRecorder } from './recorder.js';
export { memorySerialSource, type SerialState } from './serial-source.js';
export { memorySigner } from './signer.js';
export { flaws, memoryRaceWorld, type Flaw } from './race-world.js';
