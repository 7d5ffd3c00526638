import { isSerial } from '../serial.js';
import type { LintRule } from './rule.js';

export const serialOutOfRange: LintRule = {
  code: 'serial_out_of_range',
  citation: 'Rule 5: 1 … 2^63 − 1; PROTOCOL.krl: serial 0 cannot be revoked',
  check: ({ serial }) => (isSerial(serial) ? null : `The serial ${serial} is not within 1 … 2^63 − 1.`),
};
