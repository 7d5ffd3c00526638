import { setFlagsFromString } from 'node:v8';

/**
 * Has garbage looked for when the heap has grown by half of what is in use. V8 would let it grow to three times as much, which with ten
 * thousand waiting hosts, whose requests end and begin together, is most of the process's memory.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
