import type { Terminal } from '../../src/commands/terminal.js';

/** Somebody at a terminal who answers as they were told to; an Error is what their question ends in. */
export interface FakeTerminal extends Terminal {
  readonly asked: readonly string[];
  readonly said: readonly string[];
}

export function fakeTerminal(answers: {
  readonly confirms?: boolean;
  readonly hidden?: string | Error;
}): FakeTerminal {
  const asked: string[] = [];
  const said: string[] = [];
  return {
    asked,
    said,
    interactive: true,
    askHidden(question) {
      asked.push(question);
      const { hidden = '' } = answers;
      return hidden instanceof Error ? Promise.reject(hidden) : Promise.resolve(hidden);
    },
    confirm(question) {
      asked.push(question);
      return Promise.resolve(answers.confirms === true);
    },
    say: (line) => void said.push(line),
    print: () => undefined,
  };
}
