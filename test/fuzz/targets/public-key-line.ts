import { formatPublicKeyLine, parsePublicKeyLine } from '@writ/openssh/key';
import { asText, Broken, type FuzzTarget } from '../target.js';

/** What was accepted is written and read again as the same three parts. */
export const publicKeyLine: FuzzTarget = {
  name: 'public-key-line',
  run: (input) => {
    const line = parsePublicKeyLine(asText(input));
    const again = parsePublicKeyLine(formatPublicKeyLine(line));
    if (
      again.options !== line.options ||
      again.comment !== line.comment ||
      again.key.type !== line.key.type
    ) {
      throw new Broken('the line reads back differently');
    }
  },
};
