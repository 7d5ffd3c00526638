import { fileURLToPath } from 'node:url';
import { loadCorpus } from './corpus.js';
import { fuzz } from './engine.js';
import { targets } from './registry.js';

const folder = fileURLToPath(new URL('./corpus', import.meta.url));

/** The short form of `npm run fuzz`: the saved corpus and a fixed number of changed inputs from a fixed seed. */
describe.each(targets)('decoder $name', (target) => {
  const corpus = loadCorpus(folder, target.name);

  it('has a saved corpus that reaches it', () => {
    expect(corpus.length).toBeGreaterThan(0);
  });

  it('never ends in anything but a value or a coded error', () => {
    const { finding, executions } = fuzz(
      target,
      corpus,
      20_260_101,
      (count) => count < corpus.length + 2_000,
    );
    expect(finding).toBeNull();
    expect(executions).toBe(corpus.length + 2_000);
  });
});
