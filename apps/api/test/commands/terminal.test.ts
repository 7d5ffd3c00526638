import { PassThrough } from 'node:stream';
import { terminalOf } from '../../src/commands/terminal.js';

describe('a question at the terminal', () => {
  const at = () => {
    const [input, talk, output] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const terminal = terminalOf({
      input,
      talk: Object.assign(talk, { isTTY: true }),
      output,
    });
    return { terminal, input, said: () => String(talk.read() ?? '') };
  };

  it('is answered without showing what is typed', async () => {
    const { terminal, input, said } = at();
    const asked = terminal.askHidden('Password: ');
    input.write('correct horse\r');
    expect(await asked).toBe('correct horse');
    expect(said()).toBe('Password: \n');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s at a hidden one is cancelled', async (_name, typed) => {
    const { terminal, input } = at();
    const asked = terminal.askHidden('Password: ');
    input.write(typed);
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s at yes or no is cancelled', async (_name, typed) => {
    const { terminal, input } = at();
    const asked = terminal.confirm('Really?');
    input.write(typed);
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('is cancelled where the input ends', async () => {
    const { terminal, input } = at();
    const asked = terminal.askHidden('Password: ');
    input.end();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('takes yes for yes and anything else for no', async () => {
    const { terminal, input } = at();
    for (const [typed, meant] of [
      ['yes\r', true],
      ['Y\r', true],
      ['\r', false],
      ['yesterday\r', false],
    ] as const) {
      const asked = terminal.confirm('Really?');
      input.write(typed);
      expect([typed, await asked]).toEqual([typed, meant]);
    }
  });
});
