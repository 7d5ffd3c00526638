export { Handle } from './http/handle.js';
export { CurrentCaller, Input } from './http/input.decorator.js';
export type {
  AnyRouteId,
  FileContent,
  InputOf,
  OutputOf,
  RouteInput,
  RouteOutput,
} from './http/route-input.js';
export type { SignedInCaller } from './auth/signed-in-caller.js';
export type { Extension } from './extension.js';
export { runProgram } from './program.js';
