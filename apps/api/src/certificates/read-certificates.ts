import type { ProblemCode } from '@writ/contract';
import { CodedError, seconds, type Clock } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { findCertificates, listCertificates, type ScopedDatabase } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';
import { parseCertificateId } from './certificate-id.js';
import { certificateView, recordedView } from './certificate-view.js';

/** A page of certificates, newest first: the caller's own without 'certificate.read'. Ends in `permission_missing`. */
export async function certificatesPage(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  caller: Caller,
  { query }: RouteInput<'listCertificates'>,
): Promise<RouteOutput<'listCertificates'>> {
  const { organizationId } = caller;
  const seesAll = caller.permissions.has('certificate.read');
  if (!seesAll && query.user !== undefined && query.user !== caller.userName) {
    throw new CodedError<ProblemCode>(
      'permission_missing',
      "Seeing other people's certificates takes the permission certificate.read.",
    );
  }
  const place = placeAt('certificates', query.cursor, [part.instant, part.uuid, part.number]);
  const after = place && { issuedAt: place[0], authorityId: place[1], serial: place[2] };
  const rows = await store.within([organizationId], (tx) =>
    listCertificates(tx, {
      organizationId,
      userId: seesAll ? undefined : caller.userId,
      userName: query.user,
      type: query.type,
      active: query.active === undefined ? undefined : query.active === 'true',
      now: seconds(clock),
      after,
      limit: query.limit + 1,
    }),
  );
  return pageOf(
    rows,
    query.limit,
    (row) => cursorAt('certificates', [row.issuedAt.toISOString(), row.authorityId, row.serial.toString()]),
    certificateView,
  );
}

/** One certificate, with its line. Somebody else's is not to be seen without 'certificate.read'. Ends in `not_found`. */
export async function oneCertificate(
  store: ScopedDatabase,
  { organizationId, userId, permissions }: Caller,
  { params }: RouteInput<'showCertificate'>,
): Promise<RouteOutput<'showCertificate'>> {
  const name = parseCertificateId(params.certificate);
  if (name === null) throw notFound('certificate');
  const rows = await store.within([organizationId], (tx) =>
    findCertificates(tx, organizationId, name.type, name.serial),
  );
  // Where several authorities gave the serial out, the newest certificate is meant.
  const [row] = rows
    .filter((each) => permissions.has('certificate.read') || each.userId === userId)
    .sort((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime());
  if (row === undefined) throw notFound('certificate');
  return { ...certificateView(row), certificate: recordedView(row.certificate).certificate };
}
