import { isCodedError } from '@writ/kernel';
import { readConfig } from '../src/config/config.js';
import { knownVariables } from '../src/config/known-variables.js';

const failure = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (isCodedError(error, 'config_invalid')) return error.message;
    throw error;
  }
  return 'nothing';
};

describe('the configuration', () => {
  it('needs nothing', () => {
    const { config, warnings } = readConfig({});
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 7480 },
      allowPlainHttp: false,
      trustedProxies: [],
      logLevel: 'info',
    });
    expect(config.databaseUrl).toBeUndefined();
    expect(config.tls).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('takes an empty variable for none', () => {
    expect(readConfig({ WRIT_LISTEN: '', WRIT_MAX_REQUESTS: '' }).config).toEqual(readConfig({}).config);
  });

  it.each([
    ['7000', { host: '127.0.0.1', port: 7000 }],
    ['0.0.0.0:7000', { host: '0.0.0.0', port: 7000 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
  ])('listens where %s says', (text, listen) => {
    expect(readConfig({ WRIT_LISTEN: text }).config.listen).toEqual(listen);
  });

  it.each([
    ['WRIT_LISTEN', 'nowhere'],
    ['WRIT_LISTEN', '::1:7000'],
    ['WRIT_LISTEN', 'host:70000'],
    ['WRIT_LISTEN', 'host:-1'],
    ['WRIT_LOG_LEVEL', 'loud'],
    ['WRIT_MAX_REQUESTS', '0'],
    ['WRIT_MAX_REQUESTS', 'many'],
    ['WRIT_MAX_REQUESTS', '1e3'],
    ['WRIT_MAX_REQUESTS', '99999999999999999999'],
    ['WRIT_MAX_BODY_BYTES', '12'],
    ['WRIT_ALLOW_PLAIN_HTTP_BEYOND_LOOPBACK', 'maybe'],
    ['WRIT_TRUSTED_PROXIES', 'proxy.example'],
    ['WRIT_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['WRIT_TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ])('refuses %s=%s in a sentence that names it', (name, value) => {
    expect(failure({ [name]: value })).toMatch(new RegExp(`^${name} must be .+\\.$`));
  });

  it('takes a TLS certificate with its key only', () => {
    expect(failure({ WRIT_TLS_CERT: 'a.pem' })).toMatch(/^WRIT_TLS_KEY must be set/);
    expect(failure({ WRIT_TLS_KEY: 'a.pem' })).toMatch(/^WRIT_TLS_CERT must be set/);
    expect(readConfig({ WRIT_TLS_CERT: 'a', WRIT_TLS_KEY: 'b' }).config.tls).toEqual({
      certificate: 'a',
      key: 'b',
    });
  });

  it('warns about a variable that nobody reads', () => {
    const { warnings } = readConfig({ WRIT_LISTN: '7000', OTHER: '1' });
    expect(warnings).toEqual(['WRIT_LISTN is no variable of Writ and does nothing.']);
  });

  it('does not warn about its own', () => {
    const secrets = Object.keys(knownVariables).filter((name) => /SECRET|PASSWORD|MIGRATIONS/.test(name));
    const others = ['WRIT_PASSWORD', 'WRIT_INVITATION'];
    expect(
      readConfig(Object.fromEntries([...secrets, ...others].map((name) => [name, 'x']))).warnings,
    ).toEqual([]);
  });

  it('believes proxies by address and network', () => {
    const { config } = readConfig({ WRIT_TRUSTED_PROXIES: '10.0.0.0/8, ::1,127.0.0.1' });
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1', '127.0.0.1']);
  });

  it('keeps its state where the machine or the person keeps such things', () => {
    expect(readConfig({ WRIT_STATE_DIR: '/srv/writ' }).config.stateDirectory).toBe('/srv/writ');
    const own = readConfig({ HOME: '/home/ana' }).config.stateDirectory;
    const moved = readConfig({ HOME: '/home/ana', XDG_STATE_HOME: '/data' }).config.stateDirectory;
    const root = process.geteuid?.() === 0;
    expect(own).toBe(root ? '/var/lib/writ' : '/home/ana/.local/state/writ');
    expect(moved).toBe(root ? '/var/lib/writ' : '/data/writ');
  });
});
