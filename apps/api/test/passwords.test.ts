import { Passwords } from '../src/auth/passwords.js';

describe('passwords', () => {
  it('are hashed at the cost that OWASP names', async () => {
    const passwords = new Passwords();
    const hashed = await passwords.hash('correct horse battery staple');
    expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(hashed, 'correct horse battery staple')).toBe(true);
    expect(await passwords.verify(hashed, 'correct horse battery stable')).toBe(false);
    expect(await passwords.verify(null, 'nobody')).toBe(false);
  });

  it('that were hashed at another cost are verified all the same', async () => {
    const hashed = await new Passwords({ memoryCost: 8, timeCost: 1 }).hash('correct horse battery staple');
    expect(hashed).toContain('$m=8,t=1,p=1$');
    expect(await new Passwords().verify(hashed, 'correct horse battery staple')).toBe(true);
  });
});
