import type { Notes } from "#dialects/extras.ts";
import type { Extension, Quirks } from "#providers/definition.ts";

/** What the parts of a request are written with. */
export interface EncodeContext {
  readonly takes: ReadonlySet<Extension>;
  readonly refuses: ReadonlySet<string>;
  readonly callIds: Quirks["callIds"];
  /** A call without a thought is refused. */
  readonly needsThoughts: boolean;
  readonly notes: Notes;
}

export function createContext(quirks: Quirks, model = ""): EncodeContext {
  const { takes, refuses, callIds, wantsThoughts } = quirks;
  const needsThoughts = wantsThoughts?.refusing.test(model) === true;
  return { takes: new Set(takes), refuses: new Set(refuses), callIds, needsThoughts, notes: new Set() };
}
