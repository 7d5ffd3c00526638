import { Client } from 'pg';
import { connectionAs, parseDatabaseUrl } from '../src/database-url.js';

const login = { name: 'writ_app_1', password: 'a-b_c' };

describe('WRIT_DATABASE_URL', () => {
  it.each([
    ['postgresql://owner:pw@db.example:6432/writ', 'db.example', 6432, 'writ'],
    ['postgres://owner@db.example/writ', 'db.example', 5432, 'writ'],
    ['postgresql://owner:p%40w@[::1]:5433/writ', '::1', 5433, 'writ'],
    ['postgresql://owner:pw@/writ?host=/run/postgresql', '/run/postgresql', 5432, 'writ'],
    ['postgresql:///writ?host=/run/postgresql&user=owner&password=pw', '/run/postgresql', 5432, 'writ'],
  ])('%s can be used as another role', (text, host, port, database) => {
    const client = new Client(connectionAs(parseDatabaseUrl(text), login));
    expect({
      host: client.host,
      port: client.port,
      database: client.database,
      user: client.user,
      password: client.password,
    }).toEqual({
      host,
      port,
      database,
      user: login.name,
      password: login.password,
    });
  });

  it('keeps what the address says about TLS', () => {
    const { connectionString } = connectionAs(
      parseDatabaseUrl('postgresql://a:b@c/d?sslmode=verify-full'),
      login,
    );
    expect(connectionString).toContain('sslmode=verify-full');
  });

  it.each(['', 'acme', 'http://a:secret@b/c', 'postgresql:', '//x'])(
    'refuses %j without repeating it',
    (text) => {
      try {
        parseDatabaseUrl(text);
        expect(text).toBe('postgresql:');
      } catch (error) {
        expect(error).toMatchObject({ code: 'database_url_invalid' });
        expect(String(error)).not.toContain('secret');
      }
    },
  );
});
