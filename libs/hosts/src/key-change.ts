/** A key that is on record for a host. */
export interface KeyOnRecord {
  /** 'SHA256:…' */
  readonly fingerprint: string;
  readonly revoked: boolean;
}

/**
 * What becomes of keys that a host names, each of which has proved itself. 'same': they are on record already, in this order.
 * 'accepted': nobody has to look, since every key on record that is still trusted is among them: whoever proves them all is the
 * host, and takes nothing away from it. 'waits': at least one of them is left out, or none is trusted any more; whoever holds
 * only some of the host's keys, or none, could otherwise push the others out, or plant their own beside a stolen one.
 */
export function judgeKeyChange(
  onRecord: readonly KeyOnRecord[],
  named: readonly string[],
): 'same' | 'accepted' | 'waits' {
  const trusted = onRecord.filter(({ revoked }) => !revoked).map(({ fingerprint }) => fingerprint);
  if (trusted.length === onRecord.length && trusted.join(' ') === named.join(' ')) return 'same';
  return trusted.length > 0 && trusted.every((fingerprint) => named.includes(fingerprint))
    ? 'accepted'
    : 'waits';
}
