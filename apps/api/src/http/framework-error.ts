import { HttpException } from '@nestjs/common';
import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

const problems: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this service takes.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'request_invalid',
    'The body is not as long as its Content-Length says.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['content_type_unsupported', 'Send the body as application/json.'],
  FST_ERR_BAD_URL: ['request_invalid', 'The path is not properly encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'A name in the path is too long to exist.'],
};

/** What Nest or Fastify threw, as one of our errors; anything else as it is. */
export function fromFramework(error: unknown): unknown {
  if (error instanceof CodedError) return error;
  const origin: unknown = error instanceof HttpException ? (error.cause ?? error) : error;
  const problem = problems[codeOf(origin)];
  if (problem !== undefined) return new CodedError<ProblemCode>(problem[0], problem[1], {}, { cause: error });
  if (error instanceof HttpException) return ofStatus(error);
  return error;
}

function codeOf(error: unknown): string {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

function ofStatus(error: HttpException): unknown {
  const status = error.getStatus();
  const options = { cause: error };
  if (status === 404)
    return new CodedError<ProblemCode>('not_found', 'There is nothing at this address.', {}, options);
  if (status === 403)
    return new CodedError<ProblemCode>('permission_missing', 'This is not allowed.', {}, options);
  if (status >= 400 && status < 500) {
    return new CodedError<ProblemCode>('request_invalid', 'The request cannot be understood.', {}, options);
  }
  return error;
}
