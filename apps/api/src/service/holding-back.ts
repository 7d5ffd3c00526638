import {
  databasePutBack,
  holdBack,
  isHeldBack,
  olderKrls,
  type HighWater,
  type ScopedDatabase,
} from '@writ/storage';

/**
 * Whether the service holds back: the high-water file of this process, or of another one on the same database, says that KRLs were
 * published which the database does not know. The database says so to all; it ends with a restore, for which no process may run.
 */
export class HoldingBack {
  private held = false;

  /** @param onHeld is called once, when it begins */
  constructor(
    private readonly services: {
      readonly store: ScopedDatabase;
      readonly highWater: Pick<HighWater, 'marks'>;
    },
    private readonly onHeld: () => void,
  ) {}

  /** Ends in `database_put_back` while the service holds back. */
  refuse(): void {
    if (this.held) throw databasePutBack();
  }

  /** From now on. */
  begin(): void {
    if (this.held) return;
    this.held = true;
    this.onHeld();
  }

  /** Looks whether it has to, as after a time in which the database was away. Rejects as the database does. */
  async look(): Promise<void> {
    const { store, highWater } = this.services;
    // Before the database is asked: what is published meanwhile is no older.
    const { publishedKrls } = highWater.marks();
    const held = await store.within([...publishedKrls.keys()], async (tx) => {
      if (await isHeldBack(tx)) return true;
      if ((await olderKrls(tx, publishedKrls)).length === 0) return false;
      await holdBack(tx);
      return true;
    });
    if (held) this.begin();
  }
}
