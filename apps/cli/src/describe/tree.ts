import type { CommandDescription, GroupDescription } from './command.js';
import { access, explain, hosts } from './access.js';
import { adminRole } from './admin-role.js';
import { cert } from './cert.js';
import { lock, unlock } from './lock.js';
import { ca, events, host, krl, revoke, revoked, trust } from './trust.js';
import { completion, version } from './itself.js';
import { delegate, delegation } from './delegation.js';
import { drill } from './drill.js';
import { group } from './group.js';
import { org } from './org.js';
import { role } from './role.js';
import { service } from './service.js';
import { serviceAccount } from './service-account.js';
import { sessions } from './sessions.js';
import { sshConfig } from './ssh-config.js';
import { login, logout, password, secondFactor, whoami } from './session.js';
import { user } from './user.js';

/** Every command, in the order in which help lists them. */
export const commands: readonly CommandDescription[] = [
  login,
  logout,
  whoami,
  password,
  secondFactor,
  cert,
  hosts,
  explain,
  access,
  sshConfig,
  host,
  ca,
  trust,
  revoke,
  revoked,
  lock,
  unlock,
  drill,
  krl,
  sessions,
  org,
  user,
  serviceAccount,
  adminRole,
  group,
  role,
  delegate,
  delegation,
  events,
  ...service,
  completion,
  version,
];

export const writ: GroupDescription = {
  name: 'writ',
  summary: 'short-lived SSH certificates, for people and for hosts',
  commands,
};
