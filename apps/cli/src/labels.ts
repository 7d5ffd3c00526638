import { fail } from './errors.js';

/** 'env=prod,tier=web' as labels; each value may be a list. Ends in `usage_invalid`. */
export function labelsOf(values: readonly string[]): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const pair of values.flatMap((value) => value.split(','))) {
    const [, key = '', value = ''] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (key === '') fail('usage_invalid', `"${pair}" is no label; write key=value, like env=prod.`);
    if (Object.hasOwn(labels, key)) fail('usage_invalid', `The label ${key} is given twice.`);
    labels[key] = value;
  }
  return labels;
}
