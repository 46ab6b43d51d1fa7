// The certificate in the store, as one instance serves it. Invariant: what cannot be opened or does not fit never takes the place of what does.

import type { ControlLog } from "#control/control-log.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { CertificateRow } from "#control/store/certificates/certificate-store.ts";
import type { Store } from "#control/store/store.ts";
import type { HandedCertificate } from "#edge/certificates/handed-certificate.ts";
import { pairOf } from "#edge/certificates/pair.ts";
import type { Signals } from "#link/signals.ts";
import { certificateBinding } from "./bindings.ts";
import { publicName } from "./renewal.ts";

export interface KeptCertificateDeps {
  readonly store: Pick<Store, "certificates" | "within" | "isUnavailable">;
  readonly encryption: Encryption;
  readonly signals: Pick<Signals, "listen">;
  readonly handed: HandedCertificate;
  readonly log: ControlLog;
}

/** Whoever misses the signal is so late. */
const lookMs = 2_000;
const patienceMs = 2_000;

export class KeptCertificate {
  readonly #deps: KeptCertificateDeps;
  #version = 0;
  #failures = 0;
  #problem: string | null = null;
  #looking: Promise<void> | null = null;
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;

  private constructor(deps: KeptCertificateDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.look(), lookMs).unref();
    this.#stopListening = deps.signals.listen("certificate_changed", () => this.look());
  }

  /** Resolves when what is in the store is in use. */
  static async open(deps: KeptCertificateDeps): Promise<KeptCertificate> {
    const kept = new KeptCertificate(deps);
    await kept.look();
    return kept;
  }

  /** In a row, as it was last seen. */
  get failures(): number {
    return this.#failures;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stopListening();
  }

  /** Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { store } = this.#deps;
    try {
      const row = await store.within(patienceMs, () => store.certificates.find(publicName));
      if (row !== undefined) await this.#use(row);
    } catch (error) {
      // The one in use goes on.
      if (!store.isUnavailable(error)) this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  async #use({ name, chain, keyEncrypted, version, failures, lastError }: CertificateRow): Promise<void> {
    this.#failures = failures;
    const { encryption, handed } = this.#deps;
    if (chain !== null && keyEncrypted !== null && version !== this.#version) {
      const key = await encryption.open(keyEncrypted, certificateBinding(name));
      const names = { certificate: "The certificate in the database", key: "the database" };
      handed.use(pairOf({ cert: chain, key: key.reveal() }, names));
      this.#version = version;
    }
    this.#tell(lastError === null ? null : `no certificate was issued: ${lastError}`);
  }

  #tell(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#deps.handed.fail(problem);
  }
}
