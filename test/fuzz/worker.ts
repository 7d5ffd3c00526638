import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './engine.js';
import { targetNamed } from './registry.js';
import { loadCorpus, saveInput } from './corpus.js';
import type { FuzzJob, FuzzResult } from './job.js';

const job = workerData as FuzzJob;
const { heartbeat, current } = job;
const beats = new Int32Array(heartbeat);
const bytes = new Uint8Array(current);

const corpus = loadCorpus(job.corpusFolder, job.target);
const started = performance.now();
const report = fuzz(
  targetNamed(job.target),
  corpus,
  job.seed,
  () => performance.now() - started < job.seconds * 1000,
  (input) => {
    // Kept where the watching thread sees it, for the case that this input never ends.
    bytes.set(input.subarray(0, bytes.length));
    Atomics.store(beats, 1, input.length);
    Atomics.add(beats, 0, 1);
  },
);
const known = new Set(corpus.map((input) => Buffer.from(input).toString('base64')));
const fresh = [...report.outcomes.values()].filter(
  (input) => !known.has(Buffer.from(input).toString('base64')),
);
for (const input of fresh) saveInput(job.corpusFolder, job.target, 'new', input);
const { finding } = report;
const result: FuzzResult = {
  executions: report.executions,
  outcomes: report.outcomes.size,
  saved: fresh.length,
  crash:
    finding === null
      ? null
      : {
          path: saveInput(job.corpusFolder, job.target, 'crash', finding.input),
          error:
            finding.error instanceof Error
              ? (finding.error.stack ?? finding.error.message)
              : String(finding.error),
        },
};
parentPort?.postMessage(result);
