import type { Notes } from "#dialects/extras.ts";
import type { Extension, Quirks } from "#providers/definition.ts";

/** What the parts of a request are written with. */
export interface EncodeContext {
  readonly takes: ReadonlySet<Extension>;
  readonly refuses: ReadonlySet<string>;
  readonly callIds: Quirks["callIds"];
  readonly notes: Notes;
}

export function createContext(quirks: Quirks): EncodeContext {
  const { takes, refuses, callIds } = quirks;
  return { takes: new Set(takes), refuses: new Set(refuses), callIds, notes: new Set() };
}
