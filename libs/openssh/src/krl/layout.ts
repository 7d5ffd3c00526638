/** PROTOCOL.krl section 1: "SSHKRL\n\0". */
export const magic = Buffer.from('SSHKRL\n\0', 'latin1');
export const formatVersion = 1;

/** PROTOCOL.krl section 1, `section_type`. */
export const section = {
  certificates: 1,
  explicitKeys: 2,
  fingerprintsSha1: 3,
  signature: 4,
  fingerprintsSha256: 5,
  extension: 255,
} as const;

/** PROTOCOL.krl section 2, `cert_section_type`. */
export const certificateSection = {
  serialList: 0x20,
  serialRange: 0x21,
  serialBitmap: 0x22,
  keyIds: 0x23,
  extension: 0x39,
} as const;

/** Bytes of every section besides its data: a type byte and a uint32 length. */
export const sectionHeaderBytes = 5;

/**
 * Bits of the longest bitmap. OpenSSH reads no mpint of more (SSHBUF_MAX_BIGNUM), and `ssh-keygen -k` writes longer
 * ones all the same, which nothing then loads.
 */
export const maximumBitmapBits = 16_384;

/** OpenSSH loads no larger file (SSHBUF_SIZE_MAX of the releases up to 9.x). */
export const maximumKrlBytes = 0x800_0000;

/** Certificate sections of one KRL, one for each authority; OpenSSH searches them one after the other. */
export const maximumAuthorities = 4096;

/** Extensions of one KRL, those of its authorities included. None is known that OpenSSH would look into. */
export const maximumExtensions = 256;

export const largestSerial = 0xffff_ffff_ffff_ffffn;
