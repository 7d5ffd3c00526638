import { permissions, type Route } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { ApiErrorCode } from '../errors.js';

/** A handler that a controller has, with the route it is bound to. */
export interface BoundHandler {
  readonly name: string;
  readonly route: Route;
}

/** A method and path that the HTTP server answers. */
export interface ServedPath {
  readonly method: string;
  readonly path: string;
}

const accesses: ReadonlySet<string> = new Set(['public', 'session', 'self', 'host', ...permissions]);

/**
 * Compares what is served with what is declared: every path served has exactly one handler bound to a route that says
 * who may use it, and every route of the table is served. Returns sentences about what is wrong; none when all is well.
 */
export function routeFaults(
  table: readonly Route[],
  handlers: readonly BoundHandler[],
  served: readonly ServedPath[],
): readonly string[] {
  const faults: string[] = [];
  const handled = new Map<string, BoundHandler>();
  for (const handler of handlers) {
    const address = addressOf(handler.route);
    const other = handled.get(address);
    if (other !== undefined) faults.push(`${address} is handled twice, by ${other.name} and ${handler.name}`);
    if (!table.includes(handler.route))
      faults.push(`${handler.name} handles ${address}, which is not in the route table`);
    if (!accesses.has(handler.route.access)) faults.push(`${address} does not say who may use it`);
    handled.set(address, handler);
  }
  for (const route of table) {
    if (!handled.has(addressOf(route))) faults.push(`nobody handles ${addressOf(route)} (${route.id})`);
  }
  for (const path of served) {
    const method = path.method === 'HEAD' ? 'GET' : path.method;
    if (!handled.has(`${method} ${path.path}`))
      faults.push(`${path.method} ${path.path} is served without @Handle`);
  }
  return faults;
}

function addressOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Ends in `routes_undeclared` unless there are no faults: the process must not answer with a route nobody guards. */
export function assertDeclared(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new CodedError<ApiErrorCode>(
    'routes_undeclared',
    `This program's routes do not fit: ${faults.join('; ')}.`,
    { faults },
  );
}
