import { CodedError } from '@writ/kernel';
import { Readiness } from '../src/service/readiness.js';

describe('readiness', () => {
  it('asks each part once for all who ask meanwhile, and anew for who asks later', async () => {
    let asked = 0;
    const readiness = new Readiness([() => Promise.resolve(void asked++)]);
    await Promise.all([readiness.check(), readiness.check(), readiness.check()]);
    expect(asked).toBe(1);
    await readiness.check();
    expect(asked).toBe(2);
  });

  it.each([
    ['storage_full', new CodedError('storage_full', 'No.')],
    ['signer_unavailable', new CodedError('signer_unavailable', 'No.')],
    ['storage_unavailable', new CodedError('state_dir_unusable', 'No.')],
    ['storage_unavailable', new Error('permission denied')],
  ])('says %s, and asks no part after that', async (code, error) => {
    let later = 0;
    const readiness = new Readiness([() => Promise.reject(error), () => Promise.resolve(void later++)]);
    await expect(readiness.check()).rejects.toMatchObject({ code });
    expect(later).toBe(0);
  });
});
