import type { Failure, ProblemCode } from '@writ/contract';
import { CodedError, isCodedError } from '@writ/kernel';
import { hostNameWithin, ownableNamePattern, type HostName, type NamePattern } from '@writ/openssh/trust';
import { giveNames, namesInUse, type NameInUse, type Transaction } from '@writ/storage';
import { isIP } from 'node:net';
import { refusal } from '../refusal.js';
import { refuseTaken } from './found-organization.js';

/** Host-name patterns as somebody wrote them, each once. Ends in `names_invalid`, with every one that is none or too wide. */
export function namePatterns(given: readonly string[]): readonly NamePattern[] {
  const failures: Failure[] = [];
  const patterns = [...new Set(given)].flatMap((text) => {
    try {
      return [ownableNamePattern(text)];
    } catch (error) {
      if (!isCodedError(error)) throw error;
      failures.push({ rule: error.code, message: error.message });
      return [];
    }
  });
  if (failures.length > 0) throw refusal('names_invalid', failures);
  return patterns;
}

/** So many names are listed in a refusal. */
const mostListed = 50;

/**
 * Gives an organization exactly these host names, in a transaction that holds its `lockTrust`. Ends in `names_in_use` (with
 * what would be left outside), `names_taken`.
 */
export async function replaceNames(
  tx: Transaction,
  organizationId: string,
  patterns: readonly NamePattern[],
  now: Date,
): Promise<void> {
  const orphans = (await namesInUse(tx, organizationId, now)).filter((used) => !within(used, patterns));
  if (orphans.length > 0) {
    const listed = orphans.slice(0, mostListed).map(({ name }) => name);
    const more = orphans.length > mostListed ? ` and ${orphans.length - mostListed} more` : '';
    throw new CodedError<ProblemCode>(
      'names_in_use',
      `These would be left outside the organization's names: ${listed.join(', ')}${more}. Remove them first, or keep their names.`,
      {
        failures: orphans.slice(0, mostListed).map(({ name, by }) => ({
          rule: 'names_in_use',
          message: `${name} is in use (${by}).`,
        })),
      },
    );
  }
  refuseTaken(await giveNames(tx, organizationId, patterns));
}

/** What every name that a join token's pattern covers has in common with this one is all that matters. */
function within({ name }: NameInUse, patterns: readonly NamePattern[]): boolean {
  // Whatever is there, a host proves its name: addresses that are no names are nobody's.
  if (isIP(name) !== 0) return true;
  return hostNameWithin(name.replace('*', 'x') as HostName, patterns);
}
