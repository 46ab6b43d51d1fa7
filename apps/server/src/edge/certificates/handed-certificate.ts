import type { CertificateDeps, CertificateSource } from "./certificate-source.ts";
import type { CertificatePair } from "./pair.ts";

/** A certificate that others keep up to date: the store's, in whichever thread it is served. */
export class HandedCertificate implements CertificateSource {
  #current: CertificatePair;
  #isTemporary: boolean;
  #deps: CertificateDeps | null = null;

  constructor(current: CertificatePair, isTemporary: boolean) {
    this.#current = current;
    this.#isTemporary = isTemporary;
  }

  get current(): CertificatePair {
    return this.#current;
  }

  get isTemporary(): boolean {
    return this.#isTemporary;
  }

  /** From the next connection on it is this one. */
  use(pair: CertificatePair, isTemporary = false): void {
    this.#current = pair;
    this.#isTemporary = isTemporary;
    this.#deps?.onChange(pair);
  }

  /** Why there is no newer one; null when all is well. */
  fail(problem: string | null): void {
    this.#deps?.onProblem(problem);
  }

  watch(deps: CertificateDeps): void {
    this.#deps = deps;
  }

  async reload(): Promise<void> {}

  close(): void {
    this.#deps = null;
  }
}
