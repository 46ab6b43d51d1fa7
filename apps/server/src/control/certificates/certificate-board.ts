// Which certificates this server shows, for whoever asks: metrics, the admin API, the watch over their ends.

import type { CertificateSource } from "#edge/certificates/certificate-source.ts";
import { factsOf } from "#edge/certificates/facts.ts";
import type { CertificateFacts } from "#edge/certificates/facts.ts";

/** `made`: signed by this server alone. */
export type CertificateOrigin = "acme" | "files" | "made";

export interface ServedCertificate {
  /** `public` or `management`. */
  readonly name: string;
  readonly origin: CertificateOrigin;
  /** It stands in for one that is still to be had. */
  readonly isTemporary: boolean;
  readonly facts: CertificateFacts;
}

interface Entry {
  readonly name: string;
  readonly origin: CertificateOrigin;
  readonly source: CertificateSource;
}

export class CertificateBoard {
  readonly #entries: Entry[] = [];

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  list(): readonly ServedCertificate[] {
    return this.#entries.map(({ name, origin, source }) => {
      const { isTemporary, current } = source;
      return { name, origin, isTemporary, facts: factsOf(current.certificate) };
    });
  }
}
