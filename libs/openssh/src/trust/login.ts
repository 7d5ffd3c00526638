import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';

/** A Unix account name that may become a file name and a word of configuration on a host. */
export type Login = Brand<string, 'Login'>;

/**
 * The text as a Login: 1–64 characters of `A-Z a-z 0-9 _ . @ -`, the first a letter or an underscore, so that it
 * is never a path, an option or a dot file ('login_invalid').
 */
export function login(text: string): Login {
  if (!/^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/.test(text)) {
    refuse(
      'login_invalid',
      'A login is 1 to 64 letters, digits and _ . @ -, and begins with a letter or an underscore.',
    );
  }
  return text as Login;
}
