import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A request body as JSON (RFC 8259: UTF-8); undefined when it is empty. Names that mean something to JavaScript
 * itself are refused, wherever they stand. Ends in `body_not_json`.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new CodedError<ProblemCode>('body_not_json', 'The body is not JSON in UTF-8.');
  }
  if (/__proto__|\\u/i.test(text) && namesPrototype(value)) {
    throw new CodedError<ProblemCode>('body_not_json', 'The body has a field named __proto__.');
  }
  return value;
}

function namesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype);
}
