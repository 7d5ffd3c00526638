/** What somebody asks for who revokes something. */
export interface Revoking {
  readonly reason: string;
  /** Whether sessions that rest on it are to be ended. */
  readonly cut: boolean;
}
