import { refuse } from '../refuse.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { maximumExtensions } from './layout.js';
import { nextType } from './next-type.js';
import type { KrlExtension } from './types.js';

/** Counts the extensions of one KRL, wherever in it they stand. */
export class ExtensionCount {
  #count = 0;

  /** Counts so many more: 'krl_extensions_too_many'. */
  add(more: number): void {
    this.#count += more;
    if (this.#count > maximumExtensions) {
      refuse('krl_extensions_too_many', `A KRL holds at most ${maximumExtensions} extensions.`);
    }
  }
}

/**
 * Reads the extension sections of a type that come next, if any, into `extensions`: 'krl_extension_refused' where one is
 * critical, 'krl_extension_malformed', 'krl_extensions_too_many', and the wire codes. Source: PROTOCOL.krl sections 2.5
 * and 5; OpenSSH krl.c since 9.4, which reads and forgets them.
 */
export function readExtensions(
  bytes: Buffer,
  reader: WireReader,
  type: number,
  count: ExtensionCount,
  extensions: KrlExtension[],
): void {
  while (nextType(bytes, reader) === type) {
    reader.u8();
    count.add(1);
    extensions.push(readExtension(reader.nested()));
  }
}

function readExtension(section: WireReader): KrlExtension {
  const name = section.text();
  const critical = section.u8();
  const contents = section.string();
  section.finish();
  if (name === '' || critical > 1) {
    refuse(
      'krl_extension_malformed',
      'An extension of the KRL has no name, or is neither critical nor not.',
      {
        offset: section.offset,
      },
    );
  }
  if (critical === 1) {
    refuse(
      'krl_extension_refused',
      `The KRL has the critical extension ${JSON.stringify(name)}, which nothing knows.`,
      {
        name,
      },
    );
  }
  return { name, contents };
}

/** Writes extensions, one section for each: 'krl_extension_malformed'. */
export function writeExtensions(writer: WireWriter, type: number, extensions: readonly KrlExtension[]): void {
  for (const { name, contents } of extensions) {
    if (name === '' || /[\0\p{Cs}]/u.test(name)) {
      refuse(
        'krl_extension_malformed',
        'The name of an extension is empty, or holds a NUL or a lone surrogate.',
      );
    }
    writer.u8(type);
    const mark = writer.open();
    writer.text(name);
    writer.u8(0);
    writer.string(contents);
    writer.close(mark);
  }
}
