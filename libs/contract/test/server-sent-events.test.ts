import fc from 'fast-check';
import { eventReader, type ServerSentEvent } from '../src/index.js';

function read(...chunks: readonly Uint8Array[]): readonly ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const take = eventReader((event) => events.push(event));
  for (const chunk of chunks) take(chunk);
  return events;
}
const stream =
  'event: enforcement\ndata: {"a":"ü"}\n\n:\n\ndata: one\ndata:two\n\n: a comment\ndata: \n\nevent: unfinished\n';

describe('a stream of server-sent events', () => {
  it('is events with a name and data; comments are none, nor is what is not finished', () => {
    expect(read(Buffer.from(stream))).toEqual([
      { name: 'enforcement', data: '{"a":"ü"}' },
      { name: 'message', data: 'one\ntwo' },
      { name: 'message', data: '' },
    ]);
  });

  it('is the same in whatever pieces it arrives', () => {
    const bytes = Buffer.from(stream);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, n) => bytes.subarray(places[n], end));
        expect(read(...chunks)).toEqual(read(bytes));
      }),
    );
  });
});
