/** Every WRIT_* variable, and who reads it; docs/configuration.md describes them. */
export const knownVariables = {
  WRIT_STATE_DIR: 'server',
  WRIT_DATABASE_URL: 'server',
  WRIT_KEY_ENCRYPTION_SECRET: 'server',
  WRIT_KEY_ENCRYPTION_SECRET_FILE: 'server',
  WRIT_NEW_KEY_ENCRYPTION_SECRET: 'rewrap',
  WRIT_NEW_KEY_ENCRYPTION_SECRET_FILE: 'rewrap',
  WRIT_OWNER_PASSWORD: 'init',
  WRIT_OWNER_PASSWORD_FILE: 'init',
  WRIT_MIGRATIONS_DIR: 'server',
  WRIT_LISTEN: 'server',
  WRIT_ALLOW_PLAIN_HTTP_BEYOND_LOOPBACK: 'server',
  WRIT_TLS_CERT: 'server',
  WRIT_TLS_KEY: 'server',
  WRIT_TRUSTED_PROXIES: 'server',
  WRIT_LOG_LEVEL: 'server',
  WRIT_HOST_SILENT_SECONDS: 'server',
  WRIT_MAX_BODY_BYTES: 'server',
  WRIT_MAX_HEADER_BYTES: 'server',
  WRIT_MAX_CONNECTIONS: 'server',
  WRIT_MAX_REQUESTS: 'server',
  WRIT_MAX_REQUESTS_PER_SOURCE: 'server',
  WRIT_REQUEST_TIMEOUT_SECONDS: 'server',
  WRIT_STOP_TIMEOUT_SECONDS: 'server',
} as const;

/** The command line's own, which reach a service that it starts and are nothing to warn about. */
export const variablesOfOthers: ReadonlySet<string> = new Set([
  'WRIT_PASSWORD',
  'WRIT_NEW_PASSWORD',
  'WRIT_INVITATION',
  'WRIT_SSHD',
]);
