/** What the watching thread tells the fuzzing one. */
export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly corpusFolder: string;
  /** Two int32: how many inputs were begun; how long the current one is. */
  readonly heartbeat: SharedArrayBuffer;
  /** The current input. */
  readonly current: SharedArrayBuffer;
}

/** What the fuzzing thread answers. */
export interface FuzzResult {
  readonly executions: number;
  readonly outcomes: number;
  readonly saved: number;
  readonly crash: { readonly path: string; readonly error: string } | null;
}
