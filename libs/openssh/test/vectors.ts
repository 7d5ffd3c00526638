import { readFileSync } from 'node:fs';

const folder = new URL('../../../test/vectors/', import.meta.url);

/** The parsed content of a file below test/vectors. */
export function vectors<Shape>(path: string): Shape {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Shape;
}

/** The text of a file below test/vectors. */
export function vectorText(path: string): string {
  return readFileSync(new URL(path, folder), 'utf8');
}

/** Bytes of base64 in a vector. */
export function bytes(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}
