import { Controller, Header } from '@nestjs/common';
import { openApiDocument } from '@writ/contract';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Handle } from '../http/handle.js';
import type { FileContent, RouteOutput } from '../http/route-input.js';
import { serviceRoutes } from '../http/service-routes.js';
import { ServiceDescription } from './description.js';

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', supportedSubmitMethods: [], validatorUrl: null });`;

/** Nothing from elsewhere, and no script but the one we serve and the line that starts it. */
const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(start).digest('base64')}'`,
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Writ API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui.js"></script>
<script>${start}</script>
</html>
`;

/** The service's description of itself, and a page to read it. */
@Controller()
export class DocsController {
  private document: FileContent | undefined;
  private readonly kept = new Map<string, Promise<FileContent>>();

  constructor(private readonly description: ServiceDescription) {}

  @Handle(serviceRoutes.openApi)
  openApi(): Promise<RouteOutput<'openApi'>> {
    // Made when first asked for: it takes a while, and no start has to wait for it.
    const { routes, version } = this.description;
    this.document ??= file(Buffer.from(JSON.stringify(openApiDocument(routes, version))), 60);
    return Promise.resolve(this.document);
  }

  @Header('content-security-policy', policy)
  @Handle(serviceRoutes.docs)
  docs(): Promise<RouteOutput<'docs'>> {
    return Promise.resolve(file(Buffer.from(page), 60));
  }

  @Handle(serviceRoutes.docsScript)
  docsScript(): Promise<RouteOutput<'docsScript'>> {
    return this.packaged('swagger-ui-bundle.js');
  }

  @Handle(serviceRoutes.docsStyle)
  docsStyle(): Promise<RouteOutput<'docsStyle'>> {
    return this.packaged('swagger-ui.css');
  }

  /** A file of the swagger-ui-dist package, read once. */
  private packaged(name: string): Promise<FileContent> {
    const kept = this.kept.get(name);
    if (kept !== undefined) return kept;
    const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
    const read = readFile(path).then((bytes) => file(bytes, 86_400));
    this.kept.set(name, read);
    return read;
  }
}

function file(bytes: Uint8Array, maxAgeSeconds: number): FileContent {
  return { bytes, etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22), maxAgeSeconds };
}
