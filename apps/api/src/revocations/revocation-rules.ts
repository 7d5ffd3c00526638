/** Why something that is named cannot be revoked: the rules in `failures` of `revocation_invalid`. */
export type RevocationRule =
  'serial_not_given_out' | 'certificate_ambiguous' | 'key_of_an_authority' | 'key_of_bundles';
