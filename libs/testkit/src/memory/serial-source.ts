import { CodedError } from '@writ/kernel';
import type { SerialSource, SerialSourceErrorCode } from '@writ/issuance';
import { isSerial, serial } from '@writ/openssh/certificate';

/** Serials handed out so far: what a restart must not forget. */
export type SerialState = Map<string, bigint>;

/** Serials from memory, one after the other for each authority. */
export function memorySerialSource(state: SerialState = new Map()): SerialSource {
  return {
    take({ id }) {
      const next = (state.get(id) ?? 0n) + 1n;
      if (!isSerial(next)) {
        return Promise.reject(
          new CodedError<SerialSourceErrorCode>(
            'serials_exhausted',
            'The authority has used its last serial.',
          ),
        );
      }
      state.set(id, next);
      return Promise.resolve(serial(next));
    },
  };
}
