import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLoopback } from '../src/commands/plain-http.js';
import type { TlsPair } from '../src/http/adapter.js';
import { certificatePin, selfSigned } from '../src/tls/self-signed.js';
import { readTlsPair } from '../src/tls/tls-files.js';
import { watchTls } from '../src/tls/watch.js';

const now = Date.UTC(2026, 0, 1);
const make = (...names: string[]) => selfSigned(names, now, randomBytes);

describe('a self-signed certificate', () => {
  const { certificate, key } = make('writ.example', '10.1.2.3', 'fd00::1', '::1');
  const parsed = new X509Certificate(certificate);

  it('is for the names and addresses it was asked for', () => {
    expect(parsed.checkHost('writ.example')).toBe('writ.example');
    expect(parsed.checkIP('10.1.2.3')).toBe('10.1.2.3');
    expect(parsed.checkIP('fd00::1')).toBe('fd00::1');
    expect(parsed.checkIP('::1')).toBe('::1');
    expect(parsed.checkHost('other.example')).toBeUndefined();
  });

  it('is signed by its own key', () => {
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(parsed.checkIssued(parsed)).toBe(true);
    expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('is valid from a day ago for ten years', () => {
    expect(Date.parse(parsed.validFrom)).toBe(now - 86_400_000);
    expect(Date.parse(parsed.validTo)).toBe(now + 3_650 * 86_400_000);
  });

  it('has a time that ends after 2049 in the other form', () => {
    const late = new X509Certificate(selfSigned(['a'], Date.UTC(2045, 0, 1), randomBytes).certificate);
    expect(new Date(late.validTo).getUTCFullYear()).toBe(2054);
  });

  it('is pinned by the fingerprint that openssl shows', () => {
    const shown = parsed.fingerprint256.replaceAll(':', '').toLowerCase();
    expect(certificatePin(certificate)).toBe(`sha256:${shown}`);
  });
});

describe('TLS files', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-tls-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const put = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
    return path;
  };

  it('are refused when they are missing, no PEM, or not of each other', async () => {
    const one = make('a');
    const two = make('b');
    const certificate = await put('c', one.certificate);
    const key = await put('k', one.key);
    await expect(readTlsPair({ certificate, key })).resolves.toEqual({ cert: one.certificate, key: one.key });
    const other = await put('other', two.key);
    for (const files of [
      { certificate, key: join(directory, 'nothing') },
      { certificate, key: other },
      { certificate: key, key },
      { certificate, key: certificate },
    ]) {
      await expect(readTlsPair(files)).rejects.toMatchObject({ code: 'tls_invalid' });
    }
  });

  it('are taken anew when both have been replaced, and not before', async () => {
    const one = make('a');
    const two = make('b');
    const files = { certificate: await put('c', one.certificate), key: await put('k', one.key) };
    const told: (TlsPair | 'refused')[] = [];
    let tell = (): void => undefined;
    const next = () => new Promise<void>((resolve) => (tell = resolve));
    const note = (what: TlsPair | 'refused') => {
      told.push(what);
      tell();
    };
    const stop = watchTls(files, { changed: note, refused: () => note('refused') }, 5);
    try {
      let heard = next();
      await put('c', two.certificate);
      await heard;
      expect(told).toEqual(['refused']);
      heard = next();
      await put('k', two.key);
      await heard;
      expect(told).toEqual(['refused', { cert: two.certificate, key: two.key }]);
    } finally {
      stop();
    }
  });
});

describe('loopback', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('is %s', (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  it.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com'])('is not %s', (host) =>
    expect(isLoopback(host)).toBe(false),
  );
});
