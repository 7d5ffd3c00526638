import { parseCertificateLine } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';

/** A certificate as a client got it. */
export interface ReceivedCertificate {
  /** Fingerprint of the authority and serial: what may exist once. */
  readonly authority: string;
  readonly serial: bigint;
  readonly bytes: Uint8Array;
}

/** Every certificate that clients were given, and what is wrong with that. */
export class Received {
  readonly #bySerial = new Map<string, ReceivedCertificate>();
  readonly wrong: string[] = [];

  /** @param line as the service answered it */
  add(line: string): ReceivedCertificate {
    const { certificate } = parseCertificateLine(line);
    const received = {
      authority: fingerprint(certificate.signatureKey),
      serial: certificate.serial,
      bytes: certificate.blob,
    };
    const name = `${received.authority}:${received.serial}`;
    const before = this.#bySerial.get(name);
    if (before !== undefined && Buffer.compare(before.bytes, received.bytes) !== 0)
      this.wrong.push(`serial ${received.serial} was given out twice`);
    this.#bySerial.set(name, received);
    return received;
  }

  get count(): number {
    return this.#bySerial.size;
  }

  all(): ReceivedCertificate[] {
    return [...this.#bySerial.values()];
  }
}
