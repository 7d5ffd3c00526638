import { createHash } from 'node:crypto';
import { refuse } from './errors.js';

/** The SSHSIG namespace of bundles. */
export const bundleNamespace = 'bundle@writ';

/** One file of a bundle. */
export interface BundleFile {
  readonly name: string;
  /** Whole lines. */
  readonly text: string;
}

/** Whose bundle it is, and which. */
export interface BundleIdentity {
  /** The organization's handle. */
  readonly organization: string;
  /** The host's id. */
  readonly host: string;
  readonly version: bigint;
  /** Seconds since 1970. */
  readonly madeAt: bigint;
}

const names =
  /^(?:trusted_user_ca_keys|canary\.pub|next_bundle_key\.pub|session_limits|certificates\/[1-8]|principals\/[A-Za-z_][A-Za-z0-9_.@-]{0,63})$/;

/** Whether a host takes a file of that name out of a bundle. */
export function isBundleName(name: string): boolean {
  return names.test(name);
}

/**
 * The lines that say what is in a bundle: name, number of lines and SHA-256 (hex) of each file, by name. Two bundles with
 * the same list tell a host the same. Ends in 'bundle_file_refused': a name that no host would take, a name twice, a text
 * that is not whole lines.
 */
export function bundleList(files: readonly BundleFile[]): string {
  return inOrder(files).map(listed).join('');
}

/** A file that many bundles have in common is looked at once. */
const known = new WeakMap<BundleFile, string>();

function listed(file: BundleFile): string {
  const before = known.get(file);
  if (before !== undefined) return before;
  const { name, text } = file;
  if (!isBundleName(name))
    refuse('bundle_file_refused', `No host would take a file named ${JSON.stringify(name)}.`);
  if (text !== '' && !text.endsWith('\n')) refuse('bundle_file_refused', `${name} ends within a line.`);
  const line = bundleLine(file);
  known.set(file, line);
  return line;
}

/** The line that says one file in a bundle's list. */
export function bundleLine({ name, text }: BundleFile): string {
  return `file ${name} ${linesOf(text)} ${sha256(text)}\n`;
}

/** Whether two lists are of bundles that tell a host the same, whatever its certificates are. */
export function saysTheSame(one: string, other: string): boolean {
  return withoutCertificates(one) === withoutCertificates(other);
}

function withoutCertificates(list: string): string {
  return list.replaceAll(/^file certificates\/.*\n/gm, '');
}

/** The text that the organization's bundle key signs (docs/host-protocol.md). Ends in 'bundle_file_refused'. */
export function bundleText(
  { organization, host, version, madeAt }: BundleIdentity,
  files: readonly BundleFile[],
): string {
  const head = [
    'writ-bundle 1',
    `organization ${organization}`,
    `host ${host}`,
    `version ${version}`,
    `made ${madeAt}`,
    '',
  ].join('\n');
  const contents = inOrder(files).map(({ text }) => text);
  return `${head}${bundleList(files)}end\n${contents.join('')}`;
}

function inOrder(files: readonly BundleFile[]): readonly BundleFile[] {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (new Set(files.map(({ name }) => name)).size < files.length)
    refuse('bundle_file_refused', 'A bundle names a file twice.');
  return sorted;
}

function linesOf(text: string): number {
  return text.split('\n').length - 1;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
