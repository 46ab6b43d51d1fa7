import type { Notes } from "#dialects/extras.ts";
import type { Extension, Quirks } from "#providers/definition.ts";

/** What the parts of a request are written with. */
export interface EncodeContext {
  readonly takes: ReadonlySet<Extension>;
  /** A call without a thought is refused. */
  readonly needsThoughts: boolean;
  readonly notes: Notes;
}

export function createContext({ takes, wantsThoughts }: Quirks, model = ""): EncodeContext {
  const needsThoughts = wantsThoughts?.refusing.test(model) === true;
  return { takes: new Set(takes), needsThoughts, notes: new Set() };
}
