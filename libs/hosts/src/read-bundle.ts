/** The lines of each file of a bundle (with or without its signature before it), by name. The bundle is one that we made. */
export function filesOfBundle(bundle: string): ReadonlyMap<string, readonly string[]> {
  const lines = bundle.split('\n');
  const end = lines.indexOf('end');
  const files = new Map<string, readonly string[]>();
  let at = end + 1;
  for (const line of lines.slice(0, end)) {
    const [, name, count] = /^file (\S+) (\d+) /.exec(line) ?? [];
    if (name === undefined) continue;
    files.set(name, lines.slice(at, at + Number(count)));
    at += Number(count);
  }
  return files;
}
