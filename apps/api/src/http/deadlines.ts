import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { FastifyReply } from 'fastify';
import type { FastifyRequest } from './request.js';

/**
 * Gives requests up that take too long. All have the same time, so the longest waiting stand first and one look every now
 * and then does for all of them: a timer for each would cost more than many a request does.
 */
export class Deadlines {
  private readonly running = new Map<
    FastifyRequest,
    { readonly reply: FastifyReply; readonly due: number }
  >();
  private readonly timer: NodeJS.Timeout;

  /** @param life how long a request may take (ms) */
  constructor(
    private readonly life: number,
    every = Math.min(1_000, life),
  ) {
    this.timer = setInterval(() => this.giveUp(performance.now()), every);
    this.timer.unref();
  }

  begin(request: FastifyRequest, reply: FastifyReply): void {
    this.running.set(request, { reply, due: performance.now() + this.life });
  }

  end(request: FastifyRequest): void {
    this.running.delete(request);
  }

  /** Looks no more. */
  close(): void {
    clearInterval(this.timer);
  }

  private giveUp(now: number): void {
    for (const [request, { reply, due }] of this.running) {
      if (due > now) return;
      this.running.delete(request);
      if (reply.raw.headersSent) reply.raw.destroy();
      else if (!reply.sent) reply.send(tooLong(request));
    }
  }
}

function tooLong(request: FastifyRequest): CodedError<ProblemCode> {
  return request.raw.complete
    ? new CodedError<ProblemCode>(
        'overloaded',
        'This took too long and was given up; try again in a moment.',
        {
          retryAfterSeconds: 1,
        },
      )
    : new CodedError<ProblemCode>('request_timeout', 'The request took too long to arrive.');
}
