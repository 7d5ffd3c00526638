/** One event of a stream: its name, and its data as text. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
}

/**
 * Takes a stream of server-sent events apart, in whatever pieces it arrives (HTML Living Standard, 9.2.6). What follows the last
 * empty line is no event yet.
 */
export function eventReader(onEvent: (event: ServerSentEvent) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const values = (name: string): readonly string[] =>
        block
          .split('\n')
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ''));
      const data = values('data');
      // A comment, by which the connection shows that it lives.
      if (data.length > 0) onEvent({ name: values('event').at(-1) ?? 'message', data: data.join('\n') });
    }
  };
}
