export { CodedError, isCodedError } from './coded-error.js';
export type { Brand, Sealed } from './brand.js';
export { systemClock, seconds, type Clock } from './clock.js';
export type { RandomBytes } from './random.js';
export { parseDuration } from './duration.js';
