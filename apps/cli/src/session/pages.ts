/** A page of the service; `next` is where the next one begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/** The largest page that the service gives of most lists. */
const largest = 500;

/** Up to `most` items, in pages of at most `page`, and whether there are more. */
export async function collect<T>(
  fetchPage: (page: PageRequest) => Promise<Page<T>>,
  most = Number.POSITIVE_INFINITY,
  page = largest,
): Promise<{ readonly items: readonly T[]; readonly more: boolean }> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(page, most - items.length);
    const got: Page<T> = await fetchPage({ limit, ...(cursor === null ? {} : { cursor }) });
    items.push(...got.items);
    cursor = got.next;
  } while (cursor !== null && items.length < most);
  return { items, more: cursor !== null };
}
