/** Everything that can be wrong with a host, the worst first. */
export const hostProblemCodes = [
  'never_seen',
  'silent',
  'keys_waiting',
  'certificate_expired',
  'certificate_missing',
  'certificate_ends',
  'key_revoked',
  'sync_failed',
  'bundle_behind',
  'bundle_outdated',
  'krl_behind',
  'krl_unproved',
  'clock_off',
] as const;
export type HostProblemCode = (typeof hostProblemCodes)[number];

/** What is known of a host, times in seconds since 1970. */
export interface ObservedHost {
  readonly name: string;
  readonly keys: readonly {
    readonly fingerprint: string;
    readonly revoked: boolean;
    /** When its certificate ends; null: it has none. */
    readonly certificateUntil: number | null;
  }[];
  /** How many requests of changed keys wait. */
  readonly waiting: number;
  readonly bundleVersion: string;
  readonly bundleIsCurrent: boolean;
  readonly krlVersion: string;
  readonly appliedKrlVersion: string | null;
  /** The newest that it has proved to enforce. */
  readonly provedKrlVersion: string | null;
  readonly lastSeenAt: number | null;
  readonly clockOffsetSeconds: number | null;
  readonly report: { readonly bundle: string; readonly result: string; readonly words: string } | null;
}

export interface HostProblem {
  readonly code: HostProblemCode;
  /** One sentence. */
  readonly words: string;
}

const hour = 3_600;
const day = 24 * hour;
/** Certificates are renewed when ten days are left; they are back-dated by a minute. */
const limits = { left: 7 * day, clock: 60 };

/**
 * What is wrong with a host at `now` (seconds since 1970), the worst first. Total and pure.
 * @param silence a host that was not heard of for so long counts as silent (seconds)
 */
export function hostProblems(host: ObservedHost, now: number, silence: number): readonly HostProblem[] {
  const found = [...presence(host, now, silence), ...keys(host, now), ...applied(host)];
  return found.sort((a, b) => hostProblemCodes.indexOf(a.code) - hostProblemCodes.indexOf(b.code));
}

function presence(
  { lastSeenAt, clockOffsetSeconds }: ObservedHost,
  now: number,
  silence: number,
): HostProblem[] {
  if (lastSeenAt === null) return [{ code: 'never_seen', words: 'It has joined and not reported since.' }];
  const problems: HostProblem[] = [];
  if (now - lastSeenAt > silence) {
    problems.push({ code: 'silent', words: `It was last seen ${span(now - lastSeenAt)} ago.` });
  }
  if (clockOffsetSeconds !== null && Math.abs(clockOffsetSeconds) > limits.clock) {
    const way = clockOffsetSeconds < 0 ? 'behind' : 'ahead';
    const words = `Its clock is ${span(Math.abs(clockOffsetSeconds))} ${way}: sshd there may take good certificates for expired, or not yet valid.`;
    problems.push({ code: 'clock_off', words });
  }
  return problems;
}

function keys(host: ObservedHost, now: number): HostProblem[] {
  const problems: HostProblem[] = [];
  if (host.waiting > 0) {
    const words = `Changed host keys wait for approval: writ host approve ${host.name}`;
    problems.push({ code: 'keys_waiting', words });
  }
  for (const { fingerprint, revoked, certificateUntil } of host.keys) {
    if (revoked) {
      const words = `Its key ${fingerprint} was revoked; make a new one there, and \`writ-host sync\` adds it.`;
      problems.push({ code: 'key_revoked', words });
    } else if (certificateUntil === null) {
      problems.push({ code: 'certificate_missing', words: `Its key ${fingerprint} has no certificate yet.` });
    } else if (certificateUntil <= now) {
      const words = `The certificate of ${fingerprint} ended ${span(now - certificateUntil)} ago.`;
      problems.push({ code: 'certificate_expired', words });
    } else if (certificateUntil - now < limits.left) {
      const words = `The certificate of ${fingerprint} ends in ${span(certificateUntil - now)}, and was not renewed.`;
      problems.push({ code: 'certificate_ends', words });
    }
  }
  return problems;
}

function applied(host: ObservedHost): HostProblem[] {
  const { report, bundleVersion, bundleIsCurrent, krlVersion, appliedKrlVersion, provedKrlVersion } = host;
  if (report === null) return [];
  const problems: HostProblem[] = [];
  if (report.result !== 'ok') {
    const words = report.words === '' ? `Its last sync ended in ${report.result}.` : report.words;
    problems.push({ code: 'sync_failed', words });
  }
  if (report.bundle !== bundleVersion) {
    const has = report.bundle === '' ? 'no bundle' : `bundle ${report.bundle}`;
    problems.push({ code: 'bundle_behind', words: `It uses ${has}; ${bundleVersion} was made for it.` });
  } else if (!bundleIsCurrent) {
    const words =
      'Roles, labels or authorities have changed since it last asked; it gets them at its next sync, session limits with a kit that knows them.';
    problems.push({ code: 'bundle_outdated', words });
  }
  if (appliedKrlVersion !== krlVersion) {
    const has = appliedKrlVersion === null ? 'an old one or none' : `number ${appliedKrlVersion}`;
    const words = `It does not use the revocations in force, number ${krlVersion}, but ${has}.`;
    problems.push({ code: 'krl_behind', words });
  } else if (provedKrlVersion !== krlVersion) {
    const has = provedKrlVersion === null ? 'none' : `number ${provedKrlVersion}`;
    const words = `It has not proved that its sshd uses the revocations in force, number ${krlVersion}, but ${has}.`;
    problems.push({ code: 'krl_unproved', words });
  }
  return problems;
}

/** A time in words: '3 days'. */
function span(seconds: number): string {
  if (seconds < 2 * 60) return `${Math.floor(seconds)} seconds`;
  if (seconds < 2 * hour) return `${Math.floor(seconds / 60)} minutes`;
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)} hours`;
  return `${Math.floor(seconds / day)} days`;
}
