import { ownerPassword } from '../../src/commands/owner-password.js';
import { fakeTerminal } from './fake-terminal.js';

describe("the first owner's password", () => {
  it('is asked for until it is the same twice', async () => {
    const typed = ['correct horse', 'correct hrose', 'correct horse', 'correct horse'];
    const terminal = { ...fakeTerminal({}), askHidden: () => Promise.resolve(typed.shift() ?? '') };
    expect(await ownerPassword({}, terminal)).toBe('correct horse');
    expect(typed).toEqual([]);
    expect(terminal.said).toEqual(['The two are not the same; once again, please.']);
  });
});
