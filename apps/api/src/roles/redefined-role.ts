import { validateRoleDefinition, type DefinedRole, type RoleDefinition } from '@writ/policy';
import type { RoleRow } from '@writ/storage';
import type { RouteInput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { roleView } from './role-view.js';

type Settings = RouteInput<'setRole'>['body'];
type Options = RoleDefinition['criticalOptions'];

/** The role with what is said in place of what was; null takes a critical option away. Ends in `role_invalid`. */
export function redefinedRole(row: RoleRow, settings: Settings): DefinedRole {
  const before = definitionOf(row);
  const {
    principals = before.principals,
    selector = before.selector,
    logins = before.logins,
    maxTtlSeconds = before.maxTtlSeconds,
    extensions = before.extensions,
    keyTypes = before.keyTypes,
    keyIdTemplate = before.keyIdTemplate,
    maxSessionSeconds = before.maxSessionSeconds,
  } = settings;
  const judged = validateRoleDefinition({
    ...{ name: row.name, principals, selector, logins, maxTtlSeconds, extensions, keyTypes, keyIdTemplate },
    maxSessionSeconds,
    criticalOptions: optionsOf({ ...before.criticalOptions, ...settings.criticalOptions }),
  });
  if (!judged.valid) throw refusal('role_invalid', judged.failures);
  return judged.role;
}

/** The parts of a role that another definition changes, before and after; null: it says the same. */
export function differences(
  row: RoleRow,
  after: DefinedRole,
): { readonly before: object; readonly after: object } | null {
  const before = definitionOf(row);
  const parts = Object.keys(before) as (keyof RoleDefinition)[];
  const changed = parts.filter((part) => canonical(before[part]) !== canonical(after[part]));
  const of = (role: RoleDefinition) => Object.fromEntries(changed.map((part) => [part, role[part]]));
  return changed.length === 0 ? null : { before: of(before), after: of(after) };
}

/** What a role's row says of it, as somebody would ask for it. */
function definitionOf(row: RoleRow): RoleDefinition {
  const { name, principals, selector, logins, maxTtlSeconds, extensions, criticalOptions, keyTypes } =
    roleView(row, undefined);
  return {
    ...{ name, principals, selector, logins, maxTtlSeconds, extensions, keyTypes },
    criticalOptions: optionsOf(criticalOptions),
    keyIdTemplate: row.keyIdTemplate,
    maxSessionSeconds: row.maxSessionSeconds,
  };
}

/** Those that are there. */
function optionsOf({
  forceCommand = null,
  sourceAddress = null,
  verifyRequired = null,
}: { [K in keyof Options]?: Options[K] | null | undefined }): Options {
  return {
    ...(forceCommand === null ? {} : { forceCommand }),
    ...(sourceAddress === null ? {} : { sourceAddress }),
    ...(verifyRequired === null ? {} : { verifyRequired }),
  };
}

/** Text that is the same for the same value, in whatever order its names stand. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
