import type { Input } from '../../input.js';
import type { Surroundings } from '../../run.js';
import { addSecondFactor } from './add.js';

/** Where the organization requires a second factor and there is none yet: set it up at once, or say how. */
export async function offerSecondFactor(surroundings: Surroundings, input: Input): Promise<void> {
  const { terminal } = surroundings;
  terminal.say('Your organization requires a second factor; until you have one, you may do nothing else.');
  if (terminal.canAsk) await addSecondFactor(surroundings, input);
  else terminal.say('Set it up on a terminal: `writ second-factor add`.');
}
