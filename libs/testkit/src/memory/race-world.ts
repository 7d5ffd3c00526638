import { randomBytes, type KeyObject } from 'node:crypto';
import { inBlocks, type IssuancePorts } from '@writ/issuance';
import { verifyCertificate } from '@writ/openssh/certificate';
import { publicKeyObject } from '@writ/openssh/key';
import type { RaceWorld } from '../contracts/issuing-race.js';
import { fixedClock } from '../fixtures/fixed-clock.js';
import { keyPairNamed } from '../fixtures/keys.js';
import type { Chance } from '../fixtures/seeded.js';
import { pickedTurns } from '../fixtures/turns.js';
import { memoryEpochs } from './epochs.js';
import { memoryScene } from './race-scene.js';
import { memoryRecorder } from './recorder.js';
import { memorySerialSource } from './serial-source.js';
import { memorySigner } from './signer.js';

/** Mistakes that the race has to notice. */
export const flaws = [
  'the recorder does not look at epochs',
  'epochs are read after what they stand for',
] as const;
export type Flaw = (typeof flaws)[number];

/** A world in memory, in which whoever waits goes on in an order that `chance` picks. */
export function memoryRaceWorld(chance: Chance, flaw?: Flaw): RaceWorld {
  const turn = pickedTurns(chance);
  const epochs = memoryEpochs();
  const recorder = memoryRecorder(epochs, turn);
  const { privateKey, publicKey } = keyPairNamed('authority');
  const verifyingKey = publicKeyObject(publicKey);
  const keys = new Map<string, KeyObject>();
  const serials = memorySerialSource();
  const signer = memorySigner(keys);
  const ports: IssuancePorts = {
    clock: fixedClock().read,
    randomBytes: inBlocks(randomBytes),
    serials: {
      async take(authority) {
        await turn();
        return serials.take(authority);
      },
    },
    signer: {
      async sign(authority, linted) {
        await turn();
        return signer.sign(authority, linted);
      },
    },
    async verify(certificate) {
      await turn();
      return verifyCertificate(certificate, verifyingKey);
    },
    recorder:
      flaw === 'the recorder does not look at epochs'
        ? { record: (record) => recorder.record({ ...record, seen: [] }) }
        : recorder,
    backdateSeconds: 60,
  };
  const epochsLast = flaw === 'epochs are read after what they stand for';
  return {
    ports,
    scene() {
      const scene = memoryScene({ turn, epochs, recorder, epochsLast });
      keys.set(scene.authorityId, privateKey);
      return Promise.resolve(scene);
    },
    pause: turn,
    close: () => Promise.resolve(),
  };
}
