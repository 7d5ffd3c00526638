import type { Reach } from '@writ/contract';
import { fail } from '../errors.js';
import type { Client } from './client.js';

/** A host that the caller reaches, and the organization that it is of, by handle. */
interface ReachedHost {
  readonly organization: string;
  readonly name: string;
}

/**
 * The organization, other than one's own, in which the caller reaches a host: by its name or a short one as plain ssh takes it, else
 * by how its name begins. Null where there is none. Rejects with 'usage_invalid' where hosts of several may be meant, and with the codes of
 * the route.
 */
export async function organizationOfHost(
  client: Client,
  asked: string,
): Promise<Client['organization'] | null> {
  const { organizations } = await client.call('listReach', {});
  const others = organizations.filter(({ handle }) => handle !== client.home.organization);
  const meant = hostsCalled({ organizations: others }, asked.toLowerCase());
  const [organization, ...more] = new Set(meant.map((host) => host.organization));
  if (organization === undefined) return null;
  if (more.length === 0) return { organization };
  const names = meant.map(({ name }) => name);
  return fail('usage_invalid', `${asked} may mean ${names.join(' or ')}; say which.`, { names });
}

/** The hosts that a name may mean: those that are called so, and only where none is those of which it is the beginning. */
export function hostsCalled({ organizations }: Reach, asked: string): readonly ReachedHost[] {
  const hosts = organizations.flatMap(({ handle, name: organizationName, hosts: reached }) =>
    reached.map(({ name, shortNames }) => ({
      host: { organization: handle, name },
      called: name === asked || shortNames.includes(asked),
      begun: [asked, withoutEnding(asked, `.${organizationName}`)].some((each) =>
        name.startsWith(`${each}.`),
      ),
    })),
  );
  const called = hosts.filter((each) => each.called);
  return (called.length > 0 ? called : hosts.filter((each) => each.begun)).map(({ host }) => host);
}

function withoutEnding(text: string, ending: string): string {
  return text.endsWith(ending) ? text.slice(0, -ending.length) : text;
}
