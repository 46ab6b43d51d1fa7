// What Google's SDKs and Ollama's have in common: they ask once.

import type { Persistence, Trouble } from "../sdk.ts";

export const asksOnce: Persistence = {
  requests: 1,
  obeys: true,
  retries: "never by default",
  retryAfter: "never waits",
};

/** Of an SDK that has one class for everything. */
export function always(name: string): Readonly<Record<Trouble, string>> {
  return {
    unauthorized: name,
    forbidden: name,
    unknownModel: name,
    limited: name,
    badGateway: name,
    unavailable: name,
    broken: name,
  };
}
