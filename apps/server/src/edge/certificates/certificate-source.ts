import type { CertificatePair } from "./pair.ts";

export interface CertificateDeps {
  readonly onChange: (pair: CertificatePair) => void;
  /** Told why a new pair is not used, and null when all is well again. */
  readonly onProblem: (problem: string | null) => void;
}

/** Where the certificate of a listener comes from. */
export interface CertificateSource {
  readonly current: CertificatePair;
  /** It stands in for one that is still to be had, and nobody trusts it. */
  readonly isTemporary: boolean;
  /** From now on it is told of what changes. */
  watch(deps: CertificateDeps): void;
  /** Looks for another at once. Never rejects. */
  reload(deps: CertificateDeps): Promise<void>;
  close(): void;
}
