import {
  newInstallationSeal,
  newKeyDerivation,
  openRecord,
  parseKeyDerivation,
  sealRecord,
  unlockInstallation,
} from '../src/index.js';
import { anIdentity, codeOf } from './given.js';

const secret = 'correct horse battery staple';

describe('an installation', () => {
  it('opens with its secret, also after its parameters went through JSON, and with no other', async () => {
    const { key, seal } = await newInstallationSeal(secret);
    const stored = { derivation: JSON.parse(JSON.stringify(seal.derivation)) as unknown, check: seal.check };
    const again = await unlockInstallation(secret, stored);
    const sealed = sealRecord(key, anIdentity(), Buffer.from('x'));
    expect(Buffer.from(openRecord(again, anIdentity(), sealed)).toString()).toBe('x');

    const wrong = unlockInstallation(`${secret} `, stored);
    await expect(wrong).rejects.toMatchObject({ code: 'key_encryption_secret_wrong' });
    await expect(wrong).rejects.not.toThrow(secret);
  });

  it('says when its check record is no sealed record at all', async () => {
    const { derivation } = (await newInstallationSeal(secret)).seal;
    const unlocking = unlockInstallation(secret, { derivation, check: Buffer.from('garbage') });
    await expect(unlocking).rejects.toMatchObject({ code: 'sealed_record_malformed' });
  });
});

describe('stored parameters', () => {
  const good = newKeyDerivation();

  it('are read back as they were written', () => {
    expect(parseKeyDerivation({ ...good })).toEqual(good);
  });

  it('have a salt of their own', () => {
    expect(newKeyDerivation().salt).not.toBe(good.salt);
  });

  it.each([
    ['nothing', null],
    ['a text', 'scrypt'],
    ['another algorithm', { ...good, algorithm: 'pbkdf2' }],
    ['a weaker N', { ...good, N: 2 ** 16 }],
    ['an N that is no power of two', { ...good, N: 2 ** 17 + 1 }],
    ['an N that would take gigabytes', { ...good, N: 2 ** 21 }],
    ['an N that is a text', { ...good, N: '131072' }],
    ['another r', { ...good, r: 1 }],
    ['another p', { ...good, p: 2 }],
    ['a short salt', { ...good, salt: Buffer.alloc(16).toString('base64') }],
    ['a salt in another alphabet', { ...good, salt: `${good.salt.slice(0, -2)}-=` }],
    ['no salt', { ...good, salt: undefined }],
    ['something more', { ...good, pepper: 1 }],
  ])('are refused with %s', (_what, json) => {
    expect(codeOf(() => parseKeyDerivation(json))).toBe('key_derivation_invalid');
  });
});
