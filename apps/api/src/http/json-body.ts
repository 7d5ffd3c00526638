import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What this service takes nests a handful deep; whatever reads a body later may count on this. */
const deepest = 64;

/**
 * A request body as JSON (RFC 8259: UTF-8); undefined when it is empty. Names that mean something to JavaScript
 * itself are refused, wherever they stand, and so is what nests deeper than 64. Ends in `body_not_json`.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    throw notJson('The body is not JSON in UTF-8.');
  }
  inspect(value);
  return value;
}

/** Level by level and not by recursion: a stack has an end that a stranger could reach. */
function inspect(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (depth === deepest) throw notJson(`The body nests deeper than ${deepest}.`);
      if (Object.hasOwn(value, '__proto__')) throw notJson('The body has a field named __proto__.');
      for (const one of Object.values(value)) next.push(one);
    }
    level = next;
  }
}

function notJson(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('body_not_json', message);
}
