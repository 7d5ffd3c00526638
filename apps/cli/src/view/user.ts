import type { Invitation, User } from '@writ/contract';
import type { Input } from '../input.js';
import type { Server } from '../network/server.js';
import { strong, type Line } from '../terminal/text.js';
import type { Terminal } from '../terminal/terminal.js';
import { field, instant } from './fields.js';

export function describeUser(user: User): readonly Line[] {
  return [
    field('user', [strong(user.name)]),
    field('state', stateOf(user)),
    field('may', user.administrativeRole),
    field('created', instant(user.createdAt)),
    ...(user.openedBy === null ? [] : [field('opened', `by an invitation or reset of ${user.openedBy}`)]),
    ...(user.confirmedBy === null ? [] : [field('confirmed', `a person of its own, by ${user.confirmedBy}`)]),
  ];
}

/** 'active', 'locked until …', 'disabled since …', 'disabled since … and locked until …' */
export function stateOf({
  state,
  disabledAt,
  lockedUntil,
}: Pick<User, 'disabledAt' | 'lockedUntil'> & { readonly state: string }): string {
  const lock =
    lockedUntil === null || !['locked', 'disabled'].includes(state)
      ? ''
      : `locked until ${instant(lockedUntil)}`;
  if (disabledAt === null) return lock === '' ? state : lock;
  return `${state} since ${instant(disabledAt)}${lock === '' ? '' : ` and ${lock}`}`;
}

/** The invitation is the data; what to do with it is talk. */
export function printInvitation(terminal: Terminal, input: Input, made: Invitation, server: Server): void {
  terminal.adviceIfLost = `The invitation was made, and is lost: \`writ user reset ${made.user.name}${input.inOrganization}\` makes another.`;
  if (input.json) return terminal.json(made);
  terminal.say([
    'One-time invitation for ',
    strong(made.user.name),
    `, good until ${instant(made.expiresAt)}. It is shown only now; they sign in with`,
  ]);
  terminal.say(`  ${loginTo(server)} --invitation${input.inOrganization}`);
  terminal.data(made.invitation);
}

/** The command that begins a session with that server, for whoever has none yet: 'writ login --url …'. */
export function loginTo({ url, pin }: Server): string {
  return `writ login --url ${url}${pin === null ? '' : ` --pin ${pin}`}`;
}
