import type { Home } from './home.js';

/**
 * PostgreSQL's settings. Everything that keeps an acknowledged commit safe stays at its safe default (fsync,
 * full_page_writes, synchronous_commit) and is not named here.
 */
const settings: Readonly<Record<string, string>> = {
  // Reached through the Unix socket alone.
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  password_encryption: 'scram-sha-256',
  max_connections: '60',
  shared_buffers: '64MB',
  // Nobody replicates from it, so the log need carry no more than crash recovery reads.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  // One small process for reads instead of three workers: the working set is in memory.
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'warning',
  log_line_prefix: '',
  log_checkpoints: 'off',
  // Statements may hold password hashes and sealed keys: errors are logged without them
  // and without the rows they speak of.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
};

/** Arguments of `postgres` for a home; `more` overrides single settings. */
export function serverArguments(home: Home, more: Readonly<Record<string, string>> = {}): string[] {
  const all = { ...settings, unix_socket_directories: home.socketDirectory, ...more };
  return [
    '-D',
    home.dataDirectory,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}
