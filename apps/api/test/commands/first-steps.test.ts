import { firstSteps } from '../../src/commands/first-steps.js';
import { readConfig } from '../../src/config/config.js';

describe('what to type first', () => {
  const lines = (
    variables: Record<string, string>,
    { pin = null, name, invited = true }: { pin?: string | null; name?: string; invited?: boolean } = {},
  ) =>
    firstSteps(readConfig({ WRIT_STATE_DIR: '/nowhere', ...variables }).config, { pin, name, invited }).join(
      '\n',
    );

  it('begins with the server, and leads to hosts', () => {
    expect(lines({})).toMatch(
      /writ server\n.* writ login --url http:\/\/127\.0\.0\.1:7480 --invitation\n.* writ host token create /,
    );
  });

  it('asks for no invitation where the owner has a password', () => {
    expect(lines({}, { invited: false })).not.toContain('--invitation');
  });

  it('names what the certificate was made for, and its pin', () => {
    const tls = { WRIT_TLS_CERT: '/c', WRIT_TLS_KEY: '/k', WRIT_LISTEN: '0.0.0.0:8443' };
    const pin = 'sha256:00';
    expect(lines(tls, { pin, name: 'ca.acme.example' })).toContain(
      '--url https://ca.acme.example:8443 --pin sha256:00 --invitation',
    );
    expect(lines(tls, { pin, name: 'fd00::1' })).toContain('--url https://[fd00::1]:8443 ');
  });

  it('names no address that stands for all', () => {
    expect(lines({ WRIT_LISTEN: '0.0.0.0:7480' })).not.toContain('0.0.0.0');
  });
});
