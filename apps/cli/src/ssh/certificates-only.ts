import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Messages of the agent's protocol (draft-ietf-sshm-ssh-agent, 3.2 and 3.1): each is a uint32 length, its number, and what belongs to it. */
const addIdentity = 17;
const addConstrainedIdentity = 25;
const success = Buffer.from([0, 0, 0, 1, 6]);

/**
 * Gives `work` the path of a socket before ssh-agent's own, through which an agent is given certificates with their keys, but no key
 * by itself: ssh-add adds both, and only a later one than many have (`ssh-add -C`) can leave the key out. A key that the agent has
 * already would get the certificate's end as its own. Rejects with the system's error where no socket can be made.
 */
export async function certificatesOnly<T>(agent: string, work: (socket: string) => Promise<T>): Promise<T> {
  // Only its owner gets into the directory. It is not one of ours: a path of a socket has a hundred characters at the most.
  const directory = await mkdtemp(join(tmpdir(), 'writ-agent-'));
  const server = createServer((client) => relay(client, connect(agent)));
  try {
    const socket = join(directory, 'agent');
    server.listen(socket);
    await once(server, 'listening');
    return await work(socket);
  } finally {
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function relay(client: Socket, agent: Socket): void {
  // What went wrong is told to the other end by the end of its connection.
  for (const socket of [client, agent]) socket.on('error', () => undefined);
  client.once('close', () => agent.destroy());
  agent.once('close', () => client.end());
  agent.pipe(client);
  let unread = Buffer.alloc(0);
  client.on('data', (bytes) => {
    unread = Buffer.concat([unread, bytes]);
    while (unread.length >= 4 && unread.length >= 4 + unread.readUInt32BE(0)) {
      const end = 4 + unread.readUInt32BE(0);
      const message = unread.subarray(0, end);
      unread = unread.subarray(end);
      if (addsPlainKey(message)) client.write(success);
      else agent.write(message);
    }
  });
}

/** Whether it adds a key that is no certificate: the key's type stands first, as a string. */
function addsPlainKey(message: Buffer): boolean {
  const number = message[4];
  if ((number !== addIdentity && number !== addConstrainedIdentity) || message.length < 9) return false;
  const type = message.toString('latin1', 9, 9 + message.readUInt32BE(5));
  return !type.endsWith('-cert-v01@openssh.com');
}
