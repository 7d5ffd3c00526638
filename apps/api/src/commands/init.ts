import { NewUserName, ShortName } from '@writ/contract';
import { isCodedError, systemClock } from '@writ/kernel';
import { ownableNamePattern } from '@writ/openssh/trust';
import { newInstallationSeal, unlockInstallation } from '@writ/signer';
import { makeHighWater, migrateDatabase, openDatabase, openScoped } from '@writ/storage';
import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { assertPassword } from '../auth/password-rule.js';
import { Passwords } from '../auth/passwords.js';
import type { Environment } from '../config/environment.js';
import { authorityKeyKinds, found, type Founded, type Founding } from '../installation/found.js';
import { makeSelfSigned } from '../tls/make-self-signed.js';
import type { Command, Invocation } from './command.js';
import { parseWords, usage } from './command-line.js';
import { defaultOwner, processLogin } from './default-owner.js';
import { firstSteps } from './first-steps.js';
import { givenSecret, makeSecret } from './key-encryption-secret.js';
import { Opened } from './opened.js';
import { ownerPassword } from './owner-password.js';
import { sessionLife } from './session-life.js';

const options = {
  org: { type: 'string' },
  names: { type: 'string', multiple: true },
  owner: { type: 'string' },
  invite: { type: 'boolean' },
  'ca-key': { type: 'string' },
  'session-life': { type: 'string' },
  'self-signed': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

export const init: Command = {
  async run(invocation) {
    const { values } = parseWords(invocation.words, options, 0);
    const { environment, terminal, configuration } = invocation;
    const wanted = wantedFrom(values, environment);
    const { stateDirectory, databaseUrl } = configuration.config;
    for (const warning of configuration.warnings) terminal.say(warning);
    // Before anything is made: whoever is refused or interrupts leaves nothing behind.
    const given = await givenSecret(environment, stateDirectory);
    const password = values.invite === true ? null : await ownerPassword(environment, terminal);
    if (password !== null) assertPassword(password, [wanted.owner, wanted.organization]);
    const opened = new Opened();
    try {
      // Refuses a second time, before anything is made or migrated.
      const database = opened.add(await openDatabase({ stateDirectory, url: databaseUrl, purpose: 'init' }));
      await migrateDatabase(database);
      const store = opened.add(openScoped({ connection: database.connection('owner'), connections: 1 }));
      const { secret, madeFile } = given ?? (await makeSecret(stateDirectory));
      const { key, seal } = await newInstallationSeal(secret);
      // What will be asked at every start, asked once now.
      await unlockInstallation(secret, { derivation: seal.derivation, check: seal.check });
      await makeHighWater(stateDirectory);
      const passwordHash = password === null ? null : await new Passwords().hash(password);
      const services = { store, clock: systemClock, random: randomBytes, newId: randomUUID, key, seal };
      const founded = await found(services, { ...wanted, passwordHash });
      const names = values['self-signed'];
      const pin = names === undefined ? null : await makeSelfSigned(stateDirectory, names);
      report(invocation, values.json === true, { ...founded, wanted, madeFile, pin, tlsName: names?.[0] });
    } finally {
      await opened.close();
    }
  },
};

type Wanted = Omit<Founding, 'passwordHash'>;

interface Values {
  readonly org?: string;
  readonly owner?: string;
  readonly names?: readonly string[];
  readonly 'ca-key'?: string;
  readonly 'session-life'?: string;
}

function wantedFrom(values: Values, environment: Environment): Wanted {
  const kind = values['ca-key'] ?? authorityKeyKinds[0];
  const authorityKeys = authorityKeyKinds.find((known) => known === kind);
  if (authorityKeys === undefined) throw usage(`--ca-key is one of ${authorityKeyKinds.join(', ')}`);
  const life = sessionLife(values['session-life']);
  return {
    organization: named('--org', ShortName, values.org),
    owner: named('--owner', NewUserName, values.owner ?? defaultOwner(processLogin(), environment)),
    namePatterns: patterns(values.names ?? []),
    authorityKeys,
    ...(life === undefined ? {} : { sessionLifeSeconds: life }),
  };
}

function named(option: string, schema: z.ZodType<string>, value: string | undefined): string {
  if (value === undefined) throw usage(`${option} is missing`);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw usage(`${option}: ${parsed.error.issues[0]?.message ?? 'not a name'}`);
  return parsed.data;
}

function patterns(given: readonly string[]): readonly string[] {
  const words = given
    .flatMap((list) => list.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0)
    throw usage("--names is missing: the organization's host names, such as '*.acme.example'");
  try {
    return words.map(ownableNamePattern);
  } catch (error) {
    if (isCodedError(error)) throw usage(`--names: ${error.message}`);
    throw error;
  }
}

interface Result extends Founded {
  readonly wanted: Wanted;
  readonly madeFile: string | null;
  readonly pin: string | null;
  /** The first name that the certificate was made for. */
  readonly tlsName: string | undefined;
}

function report({ terminal, configuration }: Invocation, json: boolean, result: Result): void {
  const { organization, authorities, invitation, wanted, madeFile, pin, tlsName } = result;
  if (json) {
    const shown = {
      organization: {
        name: wanted.organization,
        handle: organization.handle,
        namePatterns: wanted.namePatterns,
      },
      owner: wanted.owner,
      invitation,
      authorities: authorities.map(({ kind, fingerprint }) => ({ kind, fingerprint })),
      keyEncryptionSecretFile: madeFile,
      tlsPin: pin,
      stateDirectory: configuration.config.stateDirectory,
    };
    return terminal.print(`${JSON.stringify(shown)}\n`);
  }
  terminal.say(`Initialised ${configuration.config.stateDirectory}.`);
  terminal.say(`  organization  ${wanted.organization} (${wanted.namePatterns.join(', ')})`);
  terminal.say(`  handle        ${organization.handle} (what hosts call it)`);
  terminal.say(`  owner         ${wanted.owner}`);
  for (const { kind, fingerprint } of authorities)
    terminal.say(`  ${`${kind} CA`.padEnd(13)} ${fingerprint}`);
  if (madeFile !== null) {
    terminal.say(`  secret        ${madeFile}: without it every key here is lost; keep a copy elsewhere`);
  }
  if (pin !== null) {
    terminal.say('  TLS pin       (for writ login --pin)');
    terminal.print(`${pin}\n`);
  }
  if (invitation !== null) {
    terminal.say(`One-time invitation of ${wanted.owner}, good for a week (writ login --invitation):`);
    terminal.print(`${invitation}\n`);
  }
  const start = firstSteps(configuration.config, { pin, name: tlsName, invited: invitation !== null });
  for (const line of start) terminal.say(line);
}
