import type { AuthoritySaid, KrlSaid } from '../krl/contents.js';
import { strong, type Line } from '../terminal/text.js';
import { field, instant } from './fields.js';

/** So many of each kind are shown where not all are asked for. */
const shown = 20;

/** What a KRL says, for a person. `all`: every entry, however many. */
export function* describeKrl(said: KrlSaid, all: boolean): Generator<Line> {
  yield [strong(`KRL version ${said.krlVersion}`), said.comment === '' ? '' : ` "${said.comment}"`];
  yield field('made', said.generatedAt === null ? 'it does not say' : instant(said.generatedAt));
  yield field('size', `${said.bytes} bytes`);
  yield field('SHA-256', said.sha256);
  for (const name of said.extensions) yield field('extension', name);
  for (const each of said.certificates) yield* describeAuthority(each, all);
  const { keyCount, fingerprintCount } = said;
  if (keyCount > 0) {
    yield [strong('Keys')];
    yield* listed(keyLines(said), all);
  }
  if (fingerprintCount > 0) {
    yield [strong('Keys by their fingerprint')];
    yield* listed(said.fingerprints, all);
  }
  if (said.certificates.length + keyCount + fingerprintCount === 0) yield 'It revokes nothing.';
}

function* describeAuthority(said: AuthoritySaid, all: boolean): Generator<Line> {
  const whose =
    said.authority === null
      ? 'any authority'
      : `the authority ${said.authority.type} ${said.authority.fingerprint}`;
  yield [strong(`Certificates of ${whose}`)];
  for (const name of said.extensions) yield field('extension', name);
  if (said.serialCount !== '0') {
    yield field('serials', said.serialCount);
    yield* listed(said.serials, all);
  }
  const keyIds = [...said.keyIds];
  if (keyIds.length > 0) {
    yield field('key ids', `${keyIds.length}`);
    yield* listed(
      keyIds.map((keyId) => JSON.stringify(keyId)),
      all,
    );
  }
}

/** One a line: the first ones, and how many lines more there are. */
function* listed(entries: Iterable<string>, all: boolean): Generator<Line> {
  let count = 0;
  for (const entry of entries) {
    count += 1;
    if (all || count <= shown) yield field('', entry);
  }
  if (!all && count > shown) yield field('', `and ${count - shown} more lines: --all shows them`);
}

function* keyLines({ keys }: KrlSaid): Generator<string> {
  for (const { type, fingerprint } of keys) yield `${type} ${fingerprint}`;
}

/** The same as JSON, everything in it. */
export function krlJson({
  certificates,
  keys,
  fingerprints,
  keyCount: _,
  fingerprintCount: __,
  ...head
}: KrlSaid) {
  return {
    ...head,
    certificates: certificates.map(({ serials, keyIds, ...each }) => ({
      ...each,
      serials: [...serials],
      keyIds: [...keyIds],
    })),
    keys: [...keys],
    fingerprints: [...fingerprints],
  };
}
