import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Input } from '../../src/input.js';
import { readKrl } from '../../src/krl/read-krl.js';

describe('a KRL from an address', () => {
  it('has an end, also where the server never comes to one', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200);
      const dripping = setInterval(() => response.write('S'), 10);
      response.once('close', () => clearInterval(dripping));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/krl`;
    await expect(readKrl(url, new Input({}, {}), 200)).rejects.toMatchObject({
      ...{ code: 'answer_lost', message: expect.stringContaining('within 0.2 seconds') as string },
    });
    server.closeAllConnections();
    server.close();
  }, 5_000);
});
