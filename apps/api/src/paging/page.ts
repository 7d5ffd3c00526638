/** One page of a list; `next` is the cursor of the page after it, null on the last one. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/**
 * The page that `rows` make: they were asked for with `limit + 1`, and one more than `limit` tells that there is
 * another page.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursor: (row: Row) => string,
  view: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), next: rows.length > limit && last !== undefined ? cursor(last) : null };
}
