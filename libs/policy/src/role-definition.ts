import type { Failure } from './failure.js';
import type { Labels } from './labels.js';
import { all } from './outcome.js';
import type { Role, RoleCriticalOptions } from './role.js';
import { checkedOptions } from './rules/critical-options.js';
import { distinctLogins, keyTypesOf, roleLifetime, roleName, sessionLimit } from './rules/definition.js';
import { reachOf } from './rules/reach.js';
import { extensionsOf } from './rules/extensions.js';
import { namesItsUser, renderedKeyId } from './rules/key-id.js';

/** A role as somebody asks for it, before anything in it was checked. */
export interface RoleDefinition {
  readonly name: string;
  /** 'role', or 'logins', which has to be said: such a certificate is good on every host that trusts the user CA. */
  readonly principals: string;
  /** Labels of the hosts it is for; null for 'logins'. */
  readonly selector: Labels | null;
  readonly logins: readonly string[];
  readonly maxTtlSeconds: number;
  readonly extensions: readonly string[];
  readonly criticalOptions: RoleCriticalOptions;
  readonly keyTypes: readonly string[];
  readonly keyIdTemplate: string;
  /** How long a session may last on a joined host; null: as long as it likes. */
  readonly maxSessionSeconds: number | null;
}

/** The part of a role that its definition says, checked; source addresses in canonical spelling. */
export type DefinedRole = Omit<Role, 'id' | 'handle' | 'epoch' | 'memberOf'>;

export type RoleJudgement =
  | { readonly valid: true; readonly role: DefinedRole }
  /** Every rule that was not met, never empty. */
  | { readonly valid: false; readonly failures: readonly Failure[] };

/**
 * Whether a role like this can give anybody a certificate that says what the role means. Total and pure; lists every rule
 * that is not met.
 */
export function validateRoleDefinition(definition: RoleDefinition): RoleJudgement {
  const { extensions, keyIdTemplate } = definition;
  const rendered = renderedKeyId(keyIdTemplate, { user: 'user', role: 'role', organization: 'organization' });
  const judged = all({
    name: roleName(definition.name),
    reach: reachOf(definition.principals, definition.selector),
    logins: distinctLogins(definition.logins),
    maxTtlSeconds: roleLifetime(definition.maxTtlSeconds),
    extensions: extensionsOf(extensions),
    criticalOptions: checkedOptions(definition.criticalOptions),
    keyTypes: keyTypesOf(definition.keyTypes, definition.criticalOptions.verifyRequired === true),
    maxSessionSeconds: sessionLimit(definition.maxSessionSeconds, definition.principals),
    keyId: rendered.met ? namesItsUser(keyIdTemplate) : rendered,
  });
  if (!judged.met) return { valid: false, failures: judged.failures };
  const { name, reach, logins, maxTtlSeconds, criticalOptions, keyTypes, maxSessionSeconds } = judged.value;
  return {
    valid: true,
    role: {
      name,
      ...reach,
      logins,
      maxTtlSeconds,
      extensions,
      criticalOptions,
      keyTypes,
      keyIdTemplate,
      maxSessionSeconds,
    },
  };
}
