/** The codes of what can go wrong before the service answers, or in a command; docs/errors.md says what to do about each. */
export type ApiErrorCode =
  /** The command line names no command, or an option that it does not have. */
  | 'usage_invalid'
  /** A WRIT_* variable has a value that it cannot have. */
  | 'config_invalid'
  /** The address to listen on is another program's. */
  | 'port_taken'
  /** The address to listen on is not this machine's, or may not be used. */
  | 'address_unavailable'
  /** Plain HTTP beyond loopback was not allowed by name. */
  | 'plain_http_refused'
  /** The TLS certificate or its key cannot be read or do not fit each other. */
  | 'tls_invalid'
  /** No key-encryption secret was given. */
  | 'secret_missing'
  /** No key-encryption secret at hand opens the backup that is to be restored. */
  | 'restore_needs_secret'
  /** There is no such owner, or another one can reset them. */
  | 'owner_reset_refused'
  /** Interrupted, or a question was answered with no. */
  | 'cancelled'
  /** This machine's clock stands before the last certificate that was issued. */
  | 'clock_behind'
  /** A route nobody handles, or that nobody declared: a fault of the program. */
  | 'routes_undeclared';
