import { hostLines } from '../../src/commands/host-lines.js';
import { readConfig } from '../../src/config/config.js';

describe('what is typed on a host', () => {
  const lines = (variables: Record<string, string>, pin: string | null = null, name?: string) =>
    hostLines(readConfig({ WRIT_STATE_DIR: '/nowhere', ...variables }).config, {
      handle: 'h4ndle',
      pin,
      name,
    });

  it('names address and handle', () => {
    expect(lines({})).toEqual([
      'writ ca show --user --url http://127.0.0.1:7480 --handle h4ndle > /etc/ssh/writ-user-ca.pub   # for TrustedUserCAKeys',
      'writ krl fetch --url http://127.0.0.1:7480 --handle h4ndle -o /etc/ssh/revoked_keys   # for RevokedKeys',
    ]);
  });

  it('names what the certificate was made for, and its pin', () => {
    const tls = { WRIT_TLS_CERT: '/c', WRIT_TLS_KEY: '/k', WRIT_LISTEN: '0.0.0.0:8443' };
    expect(lines(tls, 'sha256:00', 'ca.acme.example')[0]).toContain(
      '--url https://ca.acme.example:8443 --handle h4ndle --pin sha256:00 >',
    );
    expect(lines(tls, 'sha256:00', 'fd00::1')[0]).toContain('--url https://[fd00::1]:8443 ');
  });

  it('names no address that stands for all', () => {
    expect(lines({ WRIT_LISTEN: '0.0.0.0:7480' }).join()).not.toContain('0.0.0.0');
  });
});
