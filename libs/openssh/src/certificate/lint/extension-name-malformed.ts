import type { LintRule } from './rule.js';

const nameAtDomain = /^[\x21-\x3f\x41-\x7e]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

export const extensionNameMalformed: LintRule = {
  code: 'extension_name_malformed',
  citation: 'Rule 7; PROTOCOL.certkeys: names of one domain are name@domain',
  check: ({ extensions }) =>
    extensions.other.every(({ name }) => nameAtDomain.test(name))
      ? null
      : 'An extension is neither a known one nor of the form name@domain.',
};
