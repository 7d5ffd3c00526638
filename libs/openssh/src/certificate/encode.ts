import { WireWriter } from '../wire/writer.js';
import { certificateLayouts } from './layout.js';
import type { CertificateContents } from './types.js';

/**
 * The to-be-signed bytes of a certificate: everything up to the signature. Nothing is judged here but what
 * has no encoding ('wire_integer_out_of_range', 'wire_text_not_utf8'); only what `lint` passes may be signed.
 * Source: PROTOCOL.certkeys "New public key formats".
 */
export function encodeTbs(contents: CertificateContents): Uint8Array {
  const layout = certificateLayouts[contents.publicKey.type];
  const writer = new WireWriter(512 + contents.publicKey.blob.length + contents.signatureKey.blob.length);
  writer.text(layout.name);
  for (const field of layout.fields) field.write(writer, contents);
  return writer.bytes();
}

/** The finished certificate: to-be-signed bytes and the signature blob made over exactly them. */
export function assembleCertificate(tbs: Uint8Array, signatureBlob: Uint8Array): Uint8Array {
  const writer = new WireWriter(tbs.length + signatureBlob.length + 4);
  writer.raw(tbs);
  writer.string(signatureBlob);
  return writer.bytes();
}
