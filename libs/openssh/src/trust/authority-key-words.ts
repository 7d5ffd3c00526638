import { assertAuthorityKey } from '../key/authority-key.js';
import type { PublicKey } from '../key/types.js';
import { toBase64 } from '../wire/base64.js';
import { bareWord, commentWord, type Word } from './quoting.js';

/** An authority's public key as it stands in a file, with free text behind it. */
export interface TrustedAuthority {
  readonly key: PublicKey;
  readonly comment?: string;
}

/** `type base64 [comment]`. Throws the codes of `assertAuthorityKey` and 'config_text_not_quotable'. */
export function authorityKeyWords({ key, comment }: TrustedAuthority): Word[] {
  assertAuthorityKey(key);
  return [
    bareWord(key.type),
    bareWord(toBase64(key.blob)),
    ...(comment === undefined ? [] : [commentWord(comment)]),
  ];
}
