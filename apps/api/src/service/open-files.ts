import { readFileSync } from 'node:fs';
import type { Limits } from '../config/config.js';

/** What a process opens beside its clients' connections: the database, files, the log. */
const ownFiles = 128;

/** How many files this process may have open; null where nobody says (Linux says). */
export function openFileLimit(limits = '/proc/self/limits'): number | null {
  try {
    const found = /^Max open files +([0-9]+)/m.exec(readFileSync(limits, 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

/**
 * The limits that hold: no more connections than this process may open. Beyond that, clients would be cut off without a word,
 * and nothing would stand in the log.
 * @param most how many files the process may have open; null: unknown
 */
export function withinOpenFiles(limits: Limits, most: number | null): Limits {
  if (most === null || limits.connections + ownFiles <= most) return limits;
  return { ...limits, connections: Math.max(1, most - ownFiles) };
}
