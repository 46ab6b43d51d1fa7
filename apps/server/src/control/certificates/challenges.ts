// What an authority finds where it looks whose a name is, whichever instance it comes to. Called by the port that leads to TLS and by
// the control server. Invariant: strangers who guess cause a few small reads a second, and no more.

import type { CertificateStore } from "#control/store/certificates/certificate-store.ts";

export const challengePath = "/.well-known/acme-challenge/";

const readEveryMs = 250;
const tokenPattern = /^[\w-]{16,200}$/;

/** The token in a path; null where it has none. */
export function tokenOf(path: string): string | null {
  if (!path.startsWith(challengePath)) return null;
  const token = path.slice(challengePath.length);
  return tokenPattern.test(token) ? token : null;
}

export class Challenges {
  readonly #store: Pick<CertificateStore, "challenges">;
  #known: ReadonlyMap<string, string> = new Map();
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;

  constructor(store: Pick<CertificateStore, "challenges">) {
    this.#store = store;
  }

  /** Null for one that nobody has asked for. */
  async find(token: string): Promise<string | null> {
    if (!this.#known.has(token)) await this.#read();
    return this.#known.get(token) ?? null;
  }

  #read(): Promise<void> {
    if (this.#reading !== null) return this.#reading;
    if (performance.now() - this.#readAt < readEveryMs) return Promise.resolve();
    this.#reading = this.#readAll().finally(() => (this.#reading = null));
    return this.#reading;
  }

  /** A database that is away is one that knows nothing: the authority is asked again later. */
  async #readAll(): Promise<void> {
    try {
      const rows = await this.#store.challenges();
      this.#known = new Map(rows.map(({ token, answer }) => [token, answer]));
    } catch {
      this.#known = new Map();
    }
    this.#readAt = performance.now();
  }
}
