import { spawn } from 'node:child_process';
import { cliError } from '../errors.js';

/**
 * Runs ssh-keygen: `input` is its standard input, its standard output is the result, and it speaks to the person on
 * standard error and the terminal itself (a passphrase, "touch your key"). Rejects with 'ssh_keygen_missing' or
 * 'ssh_keygen_failed'.
 */
export function sshKeygen(words: readonly string[], input: string, purpose: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const output: Buffer[] = [];
    child.once('error', (error) => {
      reject(
        cliError(
          'ssh_keygen_missing',
          'ssh-keygen cannot be started; install the OpenSSH client (openssh-client).',
          {},
          error,
        ),
      );
    });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    // It may end, for want of the key, before it has read everything.
    child.stdin.once('error', () => undefined);
    child.stdin.end(input);
    child.once('close', (status) => {
      if (status === 0) return resolve(Buffer.concat(output).toString('utf8'));
      reject(
        cliError('ssh_keygen_failed', `ssh-keygen could not ${purpose}; what it said stands above.`, {
          status,
        }),
      );
    });
  });
}
