/** What a session knows about its refresh tokens. */
export interface RotationState {
  /** The generation of the token that was handed out last. */
  readonly generation: number;
  /** When it was made (ms since 1970). */
  readonly rotatedAt: number;
  readonly expiresAt: number;
  readonly ended: boolean;
}

export type Rotation =
  /** The current token: its successor becomes the current one. */
  | { readonly kind: 'rotate'; readonly generation: number }
  /** The one before it, in time: the successor that was made already. */
  | { readonly kind: 'repeat'; readonly generation: number }
  /** An old one: somebody else has it too. */
  | { readonly kind: 'reused' }
  /** One that was never handed out by this database. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended' };

/** How long the token before the current one gets the same successor (ms): a lost answer, parallel programs. */
export const repeatWindow = 30_000;

/** What to answer to a refresh token of a generation. Total and pure. */
export function rotation(state: RotationState, presented: number, now: number): Rotation {
  if (state.ended || state.expiresAt <= now) return { kind: 'ended' };
  if (presented > state.generation) return { kind: 'unknown' };
  if (presented === state.generation) return { kind: 'rotate', generation: presented + 1 };
  const inTime = now - state.rotatedAt <= repeatWindow;
  if (presented === state.generation - 1 && inTime) return { kind: 'repeat', generation: state.generation };
  return { kind: 'reused' };
}
