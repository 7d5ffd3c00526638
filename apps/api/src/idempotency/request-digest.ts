import { createHash } from 'node:crypto';

/** SHA-256 of what is asked: the route and the validated body, whatever the order of its fields. */
export function requestDigest(routeId: string, body: unknown): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([routeId, sorted(body)]))
    .digest();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
}
