import type { Labels } from './labels.js';

/** Which hosts a role is for: those that carry every one of these labels with exactly this value. */
export type HostSelector = Labels;

/** Whether a host with these labels is chosen. An empty selector chooses no host (domain.md rule 4). */
export function selects(selector: HostSelector, labels: Labels): boolean {
  const asked = Object.entries(selector);
  return (
    asked.length > 0 && asked.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
  );
}
