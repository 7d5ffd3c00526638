import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCommandLine, type Built } from './built.js';
import { parseTranscript, perform } from './transcript.js';

const folder = fileURLToPath(new URL('./transcripts', import.meta.url));
/** To write a transcript: its commands and prose, then WRIT_TRANSCRIPTS=write, then read what came out. */
const write = process.env['WRIT_TRANSCRIPTS'] === 'write';

describe('transcripts', () => {
  let built: Built;
  beforeAll(() => {
    built = buildCommandLine();
  });
  afterAll(() => built.remove());

  it.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const cwd = join(built.directory, name.replace('.txt', ''));
    mkdirSync(cwd);
    const seen = await perform(parseTranscript(text), { cwd, env: built.env });
    if (write) writeFileSync(join(folder, name), seen);
    expect(seen).toBe(text);
  });
});
