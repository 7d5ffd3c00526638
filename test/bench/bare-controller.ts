import { Controller } from '@nestjs/common';
import { CurrentCaller, Handle, Input, type InputOf } from '@writ/api';
import { OrganizationHandle, type Route } from '@writ/contract';
import type { Caller } from '@writ/policy';
import { z } from 'zod';

/** A route for comparison: who calls is proved and the request is validated as everywhere, and that is all. */
export const bareRoute = {
  id: 'bare',
  method: 'POST',
  path: '/v1/organizations/:organization/bare',
  summary: 'Does nothing',
  access: 'self',
  params: z.strictObject({ organization: OrganizationHandle }),
  query: z.strictObject({}),
  body: z.strictObject({ word: z.string().max(64) }),
  response: z.strictObject({ word: z.string(), user: z.string() }),
  status: 201,
  problems: [],
  idempotent: false,
} as const satisfies Route;

@Controller()
export class BareController {
  @Handle(bareRoute)
  bare(@Input() { body }: InputOf<typeof bareRoute>, @CurrentCaller() caller: Caller) {
    return Promise.resolve({ word: body.word, user: caller.userName });
  }
}
