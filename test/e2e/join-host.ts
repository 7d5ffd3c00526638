import { call, type CallInput, type CallOutput } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, sshsig, type OwnKey, type TestOrganization } from './organization.js';

type Open = 'challengeJoin' | 'join';

/** Makes a host join through the API, as the kit would; resolves to what it was told. */
export async function joinHost(
  org: TestOrganization,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  key: OwnKey = newKey(name),
): Promise<CallOutput<'join'>> {
  const { secret } = await org.as(org.owner, 'createJoinToken', { body: { names: name, labels } });
  const open = <I extends Open>(id: I, body: unknown): Promise<CallOutput<I>> => {
    const input = { params: { organization: org.handle }, body };
    return call(transportTo(org.url), id, input as unknown as CallInput<I>);
  };
  const { challenge, namespace } = await open('challengeJoin', { secret, name, publicKeys: [key.line] });
  const armored = sshsig(key, namespace, Buffer.from(challenge, 'base64').toString());
  const signatures = [armored.replace(/-----[A-Z ]+-----|\n/g, '')];
  return open('join', { secret, name, challenge, signatures, kit: 'test', openssh: 'OpenSSH_9.2' });
}
