import type { Labels } from './labels.js';
import type { Role } from './role.js';

/** Which hosts a role is for: those that carry every one of these labels with exactly this value. */
export type HostSelector = Labels;

/** Whether a host with these labels is chosen. An empty selector chooses no host (domain.md rule 4). */
export function selects(selector: HostSelector, labels: Labels): boolean {
  const asked = Object.entries(selector);
  return (
    asked.length > 0 && asked.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
  );
}

/** Whether certificates of the role are good on a joined host with these labels. */
export function reaches(
  { principals, selector }: Pick<Role, 'principals' | 'selector'>,
  labels: Labels,
): boolean {
  return principals === 'role' && selector !== null && selects(selector, labels);
}
