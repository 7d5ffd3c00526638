import type { Run } from '../run.js';

declare const WRIT_VERSION: string;

export const run: Run = ({ terminal }, input) => {
  if (input.json) terminal.json({ version: WRIT_VERSION });
  else terminal.data(`writ ${WRIT_VERSION}`);
  return Promise.resolve();
};
