export { CodedError, isCodedError } from './coded-error.js';
export type { Brand } from './brand.js';
export { systemClock, seconds, type Clock } from './clock.js';
export type { RandomBytes } from './random.js';
