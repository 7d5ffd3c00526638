export * from './permissions.js';
export * from './problem.js';
export * from './resources.js';
export * from './values.js';
export type { Access, AnySchema, FileAnswer, Route } from './route.js';
export { routes, type RouteId, type Routes } from './routes.js';
export * from './client.js';
export { eventReader, type ServerSentEvent } from './server-sent-events.js';
export { openApiDocument } from './openapi.js';
