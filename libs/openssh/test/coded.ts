import { isCodedError } from '@writ/kernel';

/** The code that `act` ends in, or null where it returns. Anything but a CodedError is thrown on. */
export function codeOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}
