/** A moment as people read it, to the minute: '2026-01-31 08:00 UTC'. */
export function instantWords(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
