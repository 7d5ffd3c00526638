import { Terminal } from '../../src/terminal/terminal.js';
import { bad, strong } from '../../src/terminal/text.js';

const escape = '\u001b[';

function recorded(isTTY: boolean) {
  const written: (string | Uint8Array)[] = [];
  return {
    isTTY,
    written,
    write: (text: string | Uint8Array) => written.push(text),
    text: () => written.join(''),
  };
}

function terminal(environment: Record<string, string>, { output = true, talk = true, input = true } = {}) {
  const streams = { output: recorded(output), talk: recorded(talk) };
  return {
    ...streams,
    terminal: new Terminal({
      ...streams,
      inputIsTerminal: () => input,
      environment,
      outputState: { broken: null },
    }),
  };
}

describe('Terminal', () => {
  it('has colour on a terminal', () => {
    const { terminal: shown, output, talk } = terminal({});
    shown.data([strong('data')]);
    shown.say([bad('talk')]);
    expect(output.text()).toContain(escape);
    expect(talk.text()).toContain(escape);
  });

  it.each<[string, Record<string, string>, { output?: boolean; talk?: boolean }]>([
    ['in a pipe', {}, { output: false, talk: false }],
    ['with NO_COLOR', { NO_COLOR: '1' }, {}],
    ['on a dumb terminal', { TERM: 'dumb' }, {}],
    ['in a pipe, whatever FORCE_COLOR says', { FORCE_COLOR: '1' }, { output: false, talk: false }],
  ])('has none %s', (_, environment, streams) => {
    const { terminal: shown, output, talk } = terminal(environment, streams);
    shown.data([strong('data')]);
    shown.say([bad('talk')]);
    expect([output.text(), talk.text()]).toEqual(['data\n', 'talk\n']);
  });

  it('judges each stream for itself', () => {
    const { terminal: shown, output, talk } = terminal({}, { output: false });
    shown.data([strong('data')]);
    shown.warn('talk');
    expect(output.text()).toBe('data\n');
    expect(talk.text()).toContain(escape);
  });

  it('takes an empty NO_COLOR for none, as no-color.org says', () => {
    const { terminal: shown, output } = terminal({ NO_COLOR: '' });
    shown.data([strong('data')]);
    expect(output.text()).toContain(escape);
  });

  it('makes what a command prints printable, in pieces with and without a look', () => {
    const { terminal: shown, output } = terminal({ NO_COLOR: '1' });
    shown.data('a\u001b[2Jb', [strong('c\nd'), '\u202e']);
    expect(output.text()).toBe('a\\x1b[2Jb\nc\\x0ad\\u{202e}\n');
  });

  it('asks only where both ends of the conversation are a terminal', () => {
    expect(terminal({}).terminal.canAsk).toBe(true);
    expect(terminal({}, { talk: false }).terminal.canAsk).toBe(false);
    expect(terminal({}, { input: false }).terminal.canAsk).toBe(false);
    expect(terminal({}, { output: false }).terminal.canAsk).toBe(true);
  });

  it('spins on a terminal only, and leaves nothing behind', async () => {
    const shown = terminal({});
    const appeared = new Promise<void>((resolve) => {
      shown.talk.write = (text) => {
        resolve();
        return shown.talk.written.push(text);
      };
    });
    await expect(shown.terminal.working('Waiting', () => appeared.then(() => 17))).resolves.toBe(17);
    expect(shown.talk.written[0]).toContain('Waiting');
    expect(shown.talk.written.at(-1)).toBe('\r\u001b[2K');
    expect(shown.output.written).toEqual([]);

    const piped = terminal({}, { talk: false });
    await expect(piped.terminal.working('Waiting', () => Promise.resolve(17))).resolves.toBe(17);
    expect(piped.talk.written).toEqual([]);
  });

  it('stops spinning when the work fails', async () => {
    const shown = terminal({});
    await expect(shown.terminal.working('Waiting', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
  });
});
