import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadReport } from './load-generator.js';

export type { LoadOrder, LoadReport };

/** Carries out one load order in a process of its own; resolves with what it measured. */
export function load(order: LoadOrder): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./load-generator.js', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as LoadReport);
      else reject(new Error(`the load generator ended with status ${code}`));
    });
    child.stdin.end(JSON.stringify(order));
  });
}

/** A whole HTTP/1.1 request with a JSON body, as the generator sends it. */
export function httpRequest(method: string, path: string, accessToken: string, body: unknown): string {
  const text = JSON.stringify(body);
  return [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${accessToken}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}
