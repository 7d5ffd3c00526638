import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** The network between somebody and a service on this machine. */
export interface Network {
  /** The service's address by way of this network. */
  readonly url: string;
  /** Tears every connection and lets nobody through. */
  cut(): Promise<void>;
  /** As before the cut. */
  mend(): Promise<void>;
}

/** Passes bytes on to a port of this machine until it is cut. */
export async function networkTo(port: number): Promise<Network> {
  const open = new Set<Socket>();
  const pass = (near: Socket): void => {
    const far = connect({ port, host: '127.0.0.1' });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  };
  const listen = async (at: number): Promise<Server> => {
    const server = createServer(pass).listen(at, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port: near } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${near}`,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    async mend() {
      server = await listen(near);
    },
  };
}
