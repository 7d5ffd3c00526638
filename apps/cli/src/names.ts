import { ActorName, ShortName, UserName, Uuid } from '@writ/contract';
import { fail } from './errors.js';

/** The name of a user as the service would take it. 'usage_invalid' for anything else; of somebody from another organization it says what is in one's hands. */
export function userName(text: string): string {
  if (text.includes('/') && ActorName.safeParse(text).success)
    fail(
      'usage_invalid',
      `${text} has no account in this organization; from outside one gets in by delegation alone: \`writ delegate\` offers a role, \`writ delegation list\` and \`end\` show and end that; \`writ cert list --user ${text}\` says which keys were certified.`,
    );
  return checked(UserName, text);
}

/** Likewise the name of a user, or of somebody from another organization: 'msp/ana'. */
export function actorName(text: string): string {
  return checked(ActorName, text);
}

/** Likewise, as that organization (by its name) has it: its own people without it. */
export function actorNameIn(organization: string, text: string): string {
  const name = actorName(text);
  return name.startsWith(`${organization}/`) ? name.slice(organization.length + 1) : name;
}

/** Likewise the name of a role or an organization. */
export function shortName(text: string): string {
  return checked(ShortName, text);
}

/** Likewise an id; `listed` is the command that shows those there are, as one types it. */
export function uuid(text: string, listed: string): string {
  const parsed = Uuid.safeParse(text);
  return parsed.success
    ? parsed.data
    : fail('usage_invalid', `'${text}' is no id; \`${listed}\` shows them.`);
}

function checked(schema: typeof UserName, text: string): string {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  return fail(
    'usage_invalid',
    `'${text}' is no name: ${parsed.error.issues[0]?.message ?? 'choose another'}.`,
  );
}
