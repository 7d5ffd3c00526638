/** What became of standard output. */
export interface OutputState {
  /** Why it cannot be written any more: nobody reads it, or there is no room. Null while all went out. */
  broken: NodeJS.ErrnoException | null;
}

/**
 * Watches the two streams that we write. What a command does goes on when one breaks: half of it done is worse than
 * nobody reading of it. That standard error is gone cannot be said anywhere.
 */
export function watchStreams(output: NodeJS.WriteStream, talk: NodeJS.WriteStream): OutputState {
  const state: OutputState = { broken: null };
  output.on('error', (error: NodeJS.ErrnoException) => (state.broken ??= error));
  talk.on('error', () => undefined);
  // A terminal that does not know how wide it is says 0, and text for it would be wrapped after every character.
  for (const stream of [output, talk]) if (stream.columns === 0) stream.columns = 80;
  return state;
}
