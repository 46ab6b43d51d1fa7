// How the control plane hears from a vendor. It opens no sockets itself: the gateway's upstream client is passed in.

import type { ProviderEntry } from "#domain/snapshot.ts";

export interface VendorAnswer {
  readonly status: number;
  /** Parsed JSON; undefined where the answer is none. */
  readonly body: unknown;
}

/**
 * GET `path` behind the provider's base URL, with its credential; POST where there is a body.
 * Rejects where no answer came; the error's message must not hold the credential.
 */
export type FetchJson = (provider: ProviderEntry, path: string, body?: object) => Promise<VendorAnswer>;
