import { hostNameWithin, isHostName, type HostName, type NamePattern } from '@writ/openssh/trust';

/** One organization's hosts, each once. */
export interface NamedHosts {
  readonly organizationName: string;
  readonly namePatterns: readonly NamePattern[];
  readonly names: readonly string[];
}

/**
 * What else each host of an organization may be called so that among its hosts it means this one alone, the organization's
 * name behind it or not: for web-1.eu.acme.example of acme, under *.acme.example, `web-1`, `web-1.eu`, `web-1.acme` and
 * `web-1.eu.acme`. A name that a host has in full never means another.
 */
export function shortNamesWithin({
  organizationName,
  namePatterns,
  names,
}: NamedHosts): ReadonlyMap<string, readonly string[]> {
  const suffixes = namePatterns.filter((pattern) => pattern.startsWith('*.'));
  const forms = new Map(
    names.map((name) => {
      const short = new Set([firstLabel(name), ...belowSuffixes(name, suffixes)]);
      return [name, [...short].flatMap((each) => [each, `${each}.${organizationName}`]).filter(canMeanHost)];
    }),
  );
  return onlyOnes(forms, new Set(names));
}

/**
 * Those of the short names that mean one host alone among all that somebody can reach, in whichever organization. Their own one goes first: what
 * others call their hosts takes no name from it, and nobody else gets one that a host there has or could have.
 * @param home short names of all hosts of their own organization, reached or not, by full name
 * @param organizations short names of the hosts that are reached, by full name, those of their own organization first
 */
export function shortNamesAmong(
  home: ReadonlyMap<string, readonly string[]>,
  organizations: readonly ReadonlyMap<string, readonly string[]>[],
): ReadonlyMap<string, readonly string[]> {
  const [own = new Map<string, readonly string[]>(), ...others] = organizations;
  // Within one organization they mean one host already.
  if (others.length === 0) return own;
  const elsewhere = new Map(others.flatMap((each) => [...each]));
  const ours = [...home].flatMap(([name, short]) => [name, firstLabel(name), ...short]);
  return new Map([
    ...[...own].map(([name, short]) => [name, short.filter((form) => !elsewhere.has(form))] as const),
    ...onlyOnes(elsewhere, new Set([...ours, ...elsewhere.keys()])),
  ]);
}

function onlyOnes(
  forms: ReadonlyMap<string, readonly string[]>,
  taken: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const times = new Map<string, number>();
  for (const form of [...forms.values()].flat()) times.set(form, (times.get(form) ?? 0) + 1);
  return new Map(
    [...forms].map(([name, own]) => [name, own.filter((form) => times.get(form) === 1 && !taken.has(form))]),
  );
}

/** Not what reads as an address, or as this machine. */
function canMeanHost(form: string): boolean {
  return isHostName(form) && form !== 'localhost';
}

function firstLabel(name: string): string {
  return name.replace(/\..*$/, '');
}

function belowSuffixes(name: string, suffixes: readonly NamePattern[]): string[] {
  return suffixes
    .filter((pattern) => hostNameWithin(name as HostName, [pattern]))
    .map((pattern) => name.slice(0, 1 - pattern.length));
}
