import { whatItSays } from '../../krl/contents.js';
import { readKrl } from '../../krl/read-krl.js';
import type { Run } from '../../run.js';
import type { Line } from '../../terminal/text.js';
import { describeKrl, krlJson } from '../../view/krl.js';

/** So many lines are printed at a time. */
const together = 10_000;

export const run: Run = async ({ terminal }, input) => {
  const said = whatItSays(await readKrl(input.argument('krl'), input));
  if (input.json) return terminal.json(krlJson(said));
  let lines: Line[] = [];
  for (const line of describeKrl(said, input.flag('all'))) {
    lines.push(line);
    if (lines.length < together) continue;
    terminal.data(...lines);
    lines = [];
  }
  terminal.data(...lines);
};
