import fc from 'fast-check';
import { printable, printableJson } from '../../src/terminal/escape.js';

const acting = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('printable', () => {
  it.each([
    ['plain text', 'plain text'],
    ['\u001b[2J', '\\x1b[2J'],
    ['a\nb\tc\r', 'a\\x0ab\\x09c\\x0d'],
    ['\u009b31m', '\\x9b31m'],
    ['abc\u202edef', 'abc\\u{202e}def'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['\u{e0041}', '\\u{e0041}'],
    ['ünïcödé 日本 🎉', 'ünïcödé 日本 🎉'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves nothing that a terminal acts on, whatever it is given', () => {
    fc.assert(
      fc.property(anyText, (text) => !acting.test(printable(text))),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('printableJson', () => {
  it('is the same JSON value and holds nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), fc.constantFrom(0, 2), (value, indent) => {
        const json = printableJson(value, indent);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json.replaceAll('\n', '')).not.toMatch(acting);
        if (indent === 0) expect(json).not.toContain('\n');
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('writes whole numbers of any size as decimal strings', () => {
    expect(printableJson({ serial: 2n ** 63n }, 0)).toBe('{"serial":"9223372036854775808"}');
  });
});
