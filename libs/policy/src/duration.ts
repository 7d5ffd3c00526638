const units: readonly (readonly [seconds: number, one: string, many: string])[] = [
  [86_400, 'day', 'days'],
  [3600, 'h', 'h'],
  [60, 'min', 'min'],
  [1, 's', 's'],
];

/** Whole seconds in words, nothing left out, so that two that differ never read the same: '400 days', '8 h 1 s'. */
export function inWords(seconds: number): string {
  let rest = seconds;
  const words: string[] = [];
  for (const [size, one, many] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${count === 1 ? one : many}`);
  }
  return words.join(' ');
}
