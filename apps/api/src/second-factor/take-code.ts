import {
  recordEvent,
  recoveryCodesLeft,
  takeRecoveryCode,
  takeStep,
  type SecondFactorRow,
  type SignInUser,
  type Transaction,
} from '@writ/storage';
import type { AuthServices, Origin } from '../auth/auth-services.js';
import { plain, recoveryCodeHash } from './recovery-codes.js';
import { stepOfCode } from './totp.js';

/** Whose code it is. */
export type CodeUser = Pick<SignInUser, 'id' | 'name'>;

/** Uses a code of a second factor up, or one of its recovery codes. False: it is neither, or was used before. */
export async function takeCode(
  tx: Transaction,
  services: Pick<AuthServices, 'clock' | 'secondFactors'>,
  { factor, user }: { readonly factor: SecondFactorRow; readonly user: CodeUser },
  code: string,
  { requestId, source }: Origin,
): Promise<boolean> {
  if (await takeTotp(tx, services, factor, code)) return true;
  const { organizationId } = factor;
  const at = new Date(services.clock());
  if (!(await takeRecoveryCode(tx, organizationId, user.id, recoveryCodeHash(code), at))) return false;
  await recordEvent(tx, {
    organizationId,
    kind: 'recovery_code.used',
    actor: user,
    subject: user.name,
    data: { left: await recoveryCodesLeft(tx, organizationId, user.id), source },
    requestId,
  });
  return true;
}

/** The same for a code that an authenticator shows: no recovery codes. */
export async function takeTotp(
  tx: Transaction,
  { clock, secondFactors }: Pick<AuthServices, 'clock' | 'secondFactors'>,
  factor: SecondFactorRow,
  code: string,
): Promise<boolean> {
  const secret = secondFactors.open(factor);
  try {
    const step = stepOfCode(secret, plain(code), clock());
    return step !== null && (await takeStep(tx, factor, step));
  } finally {
    secret.fill(0);
  }
}
