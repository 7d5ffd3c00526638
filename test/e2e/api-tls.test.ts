import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { certificatePin, selfSigned, type TlsPair } from '@writ/api/testing';
import { startTestService, type TestService } from './service.js';

const make = (): TlsPair => {
  const { certificate, key } = selfSigned(['127.0.0.1', 'localhost'], Date.now(), randomBytes);
  return { cert: certificate, key };
};

const first = make();
const second = make();
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ tls: first });
});
afterAll(() => service.stop());

/** Asks over a new connection; the pin of the certificate that was shown, and the status. */
function ask(trusted: TlsPair): Promise<{ pin: string; status: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${service.url}/healthz`, { ca: trusted.cert, agent: false }, (answer) => {
      const { raw } = (answer.socket as TLSSocket).getPeerCertificate();
      const pem = `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
      answer.resume().on('end', () => resolve({ pin: certificatePin(pem), status: answer.statusCode ?? 0 }));
    });
    asked.on('error', reject).end();
  });
}

describe('the service over TLS', () => {
  it('is believed by a client that trusts its certificate, name and all', async () => {
    expect(service.url).toMatch(/^https:/);
    expect(await ask(first)).toEqual({ pin: certificatePin(first.cert), status: 200 });
  });

  it('is not believed by one that trusts another', async () => {
    await expect(ask(second)).rejects.toThrow(/self-signed|certificate/);
  });

  it('speaks no plain HTTP on its port', async () => {
    await expect(fetch(service.url.replace('https:', 'http:'))).rejects.toThrow();
  });

  it('shows another certificate without a restart', async () => {
    service.replaceTls(second);
    expect(await ask(second)).toEqual({ pin: certificatePin(second.cert), status: 200 });
    await expect(ask(first)).rejects.toThrow();
  });
});
