/**
 * Characters that a terminal acts on, or that make text look like other text: C0 and C1 controls, DEL, line and
 * paragraph separators, bidirectional controls, zero-width characters, tags, unpaired surrogates.
 */
const acting =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function codePoint(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x100
    ? `\\x${point.toString(16).padStart(2, '0')}`
    : `\\u{${point.toString(16).padStart(4, '0')}}`;
}

/** Text as it may be shown: whatever a terminal would act on becomes `\x1b` or `\u{202e}`. One line stays one line. */
export function printable(text: string): string {
  return text.replace(acting, codePoint);
}

/** JSON whose strings hold no such character either; still the same JSON value. bigint becomes a decimal string. */
export function printableJson(value: unknown, indent: number): string {
  const json = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item),
    indent,
  );
  // JSON.stringify has escaped C0 already; a line feed that is left is indentation.
  return json.replace(acting, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
