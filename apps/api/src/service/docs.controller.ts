import { Controller, Header } from '@nestjs/common';
import { openApiDocument } from '@writ/contract';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Handle } from '../http/handle.js';
import type { FileContent, RouteOutput } from '../http/route-input.js';
import { serviceRoutes } from '../http/service-routes.js';
import { ServiceDescription } from './description.js';

/** Nothing from elsewhere, and no script but the one we serve. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
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
<script type="module" src="/docs/rapidoc.js"></script>
<rapi-doc spec-url="/openapi.json" render-style="read" load-fonts="false" show-header="false" allow-try="false"
  regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace"></rapi-doc>
</html>
`;

/** The service's description of itself, and a page to read it. */
@Controller()
export class DocsController {
  private readonly document: FileContent;
  private script: Promise<FileContent> | undefined;

  constructor({ routes, version }: ServiceDescription) {
    this.document = file(Buffer.from(JSON.stringify(openApiDocument(routes, version))), 60);
  }

  @Handle(serviceRoutes.openApi)
  openApi(): Promise<RouteOutput<'openApi'>> {
    return Promise.resolve(this.document);
  }

  @Header('content-security-policy', policy)
  @Handle(serviceRoutes.docs)
  docs(): Promise<RouteOutput<'docs'>> {
    return Promise.resolve(file(Buffer.from(page), 60));
  }

  @Handle(serviceRoutes.docsScript)
  docsScript(): Promise<RouteOutput<'docsScript'>> {
    const path = createRequire(import.meta.url).resolve('rapidoc');
    this.script ??= readFile(path).then((bytes) => file(bytes, 86_400));
    return this.script;
  }
}

function file(bytes: Uint8Array, maxAgeSeconds: number): FileContent {
  return { bytes, etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22), maxAgeSeconds };
}
