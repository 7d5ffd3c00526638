/** What somebody said about a host ('env' → 'prod'). Roles choose hosts by them. */
export type Labels = Readonly<Record<string, string>>;

/** Most labels that one host may carry, or one selector ask for. */
export const mostLabels = 32;

const key = /^[a-z][a-z0-9._-]{0,62}$/;
const value = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Why these cannot be labels, in one sentence; null when they can. */
export function labelsProblem(labels: Labels): string | null {
  const entries = Object.entries(labels);
  if (entries.length > mostLabels) return `There are at most ${mostLabels} labels.`;
  for (const [name, text] of entries) {
    if (!key.test(name))
      return 'The key of a label is 1 to 63 lower-case letters, digits and . _ -, and begins with a letter.';
    if (!value.test(text))
      return 'The value of a label is 1 to 63 letters, digits and . _ -, and begins and ends with a letter or digit.';
  }
  return null;
}
