export { recorderContract, type RecorderUnderTest, type StoredRecord } from './recorder.js';
export { serialSourceContract, type SerialSourceUnderTest } from './serial-source.js';
export { signerContract, type SignerUnderTest } from './signer.js';
export {
  issuingRaceContract,
  losses,
  lostLogin,
  raceIssuing,
  type Loss,
  type RaceTally,
  type RaceWorld,
  type Scene,
} from './issuing-race.js';
