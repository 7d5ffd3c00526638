import { createHash } from 'node:crypto';
import { type KeyFile, signText } from './keys.js';

export interface BundleParts {
  readonly organization: string;
  readonly host: string;
  readonly version: number;
  readonly files: Readonly<Record<string, string>>;
  /** Changes the text that is signed. */
  readonly alter?: (text: string) => string;
}

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What docs/host-protocol.md says a bundle is, before it is signed. */
export function bundleText(parts: BundleParts): string {
  const files = Object.entries(parts.files).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    'writ-bundle 1\n',
    `organization ${parts.organization}\n`,
    `host ${parts.host}\n`,
    `version ${parts.version}\n`,
    `made ${Math.floor(Date.now() / 1000)}\n`,
    ...files.map(([name, text]) => `file ${name} ${text.split('\n').length - 1} ${sha256(text)}\n`),
    'end\n',
    ...files.map(([, text]) => text),
  ].join('');
}

export function signedBundle(key: KeyFile, parts: BundleParts): Buffer {
  const text = (parts.alter ?? ((same) => same))(bundleText(parts));
  return Buffer.from(signText(key, 'bundle@writ', text) + text);
}
