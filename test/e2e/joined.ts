import { call, type CallOutput } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, sshsig, type Member, type TestOrganization } from './organization.js';

/** A host that has joined without a kit: what its bundle says, and what it says of itself. */
export interface JoinedTestHost {
  readonly id: string;
  /** As whom it asks: a host token, earned by a proof of its key. */
  token(): Promise<Member>;
  /** The lines of one file of its bundle as it is now; null: it has none of that name. */
  fileOf(name: string): Promise<readonly string[] | null>;
  /** Fetches its bundle and reports that it applies it. */
  applyBundle(): Promise<void>;
}

/** Without the armor, as hosts send it. */
const bare = (armored: string): string => armored.replace(/-----[A-Z ]+-----|\n/g, '');

/** Joins a host of that name and labels with one key, under a token made by `by`. */
export async function joinedHost(
  organization: TestOrganization,
  name: string,
  labels: Readonly<Record<string, string>>,
  by: Member = organization.owner,
): Promise<JoinedTestHost> {
  const transport = transportTo(organization.url);
  const params = { organization: organization.handle };
  const { secret } = await organization.as(by, 'createJoinToken', { body: { names: name, labels } });
  const key = newKey();
  const { challenge } = await call(transport, 'challengeJoin', {
    params,
    body: { secret, name, publicKeys: [key.line] },
  });
  const signature = bare(sshsig(key, 'host-proof@writ', Buffer.from(challenge, 'base64').toString()));
  const joined: CallOutput<'join'> = await call(transport, 'join', {
    params,
    body: { secret, name, challenge, signatures: [signature], kit: 'test', openssh: 'OpenSSH_9.2' },
  });
  const token = async (): Promise<Member> => {
    const { challenge: asked } = await call(transport, 'challengeHost', {
      params,
      body: { host: joined.host },
    });
    const proof = bare(sshsig(key, 'host-proof@writ', Buffer.from(asked, 'base64').toString()));
    const given = await call(transport, 'giveHostToken', {
      params,
      body: { host: joined.host, challenge: asked, fingerprint: key.fingerprint, signature: proof },
    });
    return { name, token: given.hostToken };
  };
  const bundle = async (): Promise<string> =>
    (await organization.raw(await token(), 'GET', '/host/bundle')).text.split(
      '-----END SSH SIGNATURE-----\n',
    )[1] ?? '';
  return {
    id: joined.host,
    token,
    fileOf: async (file) => linesOf(await bundle(), file),
    async applyBundle() {
      const version = /^version (\d+)$/m.exec(await bundle())?.[1] ?? '';
      const report = { bundle: version, krl: '', result: 'ok', words: '', clock: 0 };
      await organization.raw(await token(), 'POST', '/host/reports', {
        ...report,
        kit: 'test',
        openssh: 'OpenSSH_9.2',
      });
    },
  };
}

function linesOf(bundle: string, name: string): readonly string[] | null {
  const lines = bundle.split('\n');
  const end = lines.indexOf('end');
  let at = end + 1;
  for (const line of lines.slice(0, end)) {
    const [word, file, count = '0'] = line.split(' ');
    if (word !== 'file') continue;
    if (file === name) return lines.slice(at, at + Number(count));
    at += Number(count);
  }
  return null;
}
