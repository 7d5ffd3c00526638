import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { Algorithm, hash, verify, type Options } from '@node-rs/argon2';

/** What one hash costs: argon2id's memory (KiB), and how many times it goes through it. */
export interface PasswordCost {
  readonly memoryCost: number;
  readonly timeCost: number;
}

/** OWASP's second choice for argon2id: 19 MiB, two passes. */
export const passwordCost: PasswordCost = { memoryCost: 19_456, timeCost: 2 };

/** Each takes 19 MiB and one thread of the pool that files and name lookups share. */
const atOnce = 2;
const mostWaiting = 64;

/** Hashes and verifies passwords (argon2id), a few at a time. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** The hash of no password: verifying an unknown user against it costs what a known one costs. */
  private readonly nobody: Promise<string>;
  private readonly options: Options;

  /** @param cost of hashes from now on; one that stands is verified at the cost that it names */
  constructor(cost: PasswordCost = passwordCost) {
    this.options = { ...cost, algorithm: 2 satisfies Algorithm.Argon2id, parallelism: 1 };
    this.nobody = hash('nobody', this.options);
  }

  /** A PHC string. Rejects with `overloaded`. */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password.normalize('NFC'), this.options));
  }

  /** True when the password fits; always the work of one verification. Rejects with `overloaded`. */
  verify(passwordHash: string | null, password: string): Promise<boolean> {
    return this.inTurn(async () => {
      const right = (await verify(passwordHash ?? (await this.nobody), password.normalize('NFC'))) === true;
      return passwordHash !== null && right;
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= atOnce) {
      if (this.waiting.length >= mostWaiting) {
        throw new CodedError<ProblemCode>(
          'overloaded',
          'Too many people sign in at this moment; try again shortly.',
          {
            retryAfterSeconds: 2,
          },
        );
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
