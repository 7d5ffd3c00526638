/** Text with a look. Commands say what a piece of text is; only the terminal knows whether that shows. */
export interface Span {
  readonly text: string;
  readonly look: 'strong' | 'quiet' | 'good' | 'warning' | 'bad';
}

/** One line: pieces one after the other. */
export type Line = string | readonly (string | Span)[];

export const strong = (text: string): Span => ({ text, look: 'strong' });
export const quiet = (text: string): Span => ({ text, look: 'quiet' });
export const good = (text: string): Span => ({ text, look: 'good' });
export const warning = (text: string): Span => ({ text, look: 'warning' });
export const bad = (text: string): Span => ({ text, look: 'bad' });

export function pieces(line: Line): readonly (string | Span)[] {
  return typeof line === 'string' ? [line] : line;
}
