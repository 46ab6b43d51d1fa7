import type { Notes } from "#dialects/fields/extras.ts";
import { needsOf } from "#fitting/needs.ts";
import type { Extension, Quirks } from "#providers/definition.ts";

/** What the parts of a request are written with. */
export interface EncodeContext {
  readonly takes: ReadonlySet<Extension>;
  /** A call without a thought is refused. */
  readonly needsThoughts: boolean;
  readonly notes: Notes;
}

export function createContext(quirks: Quirks, model = ""): EncodeContext {
  const { wantsThoughts } = needsOf(quirks, model);
  const takes = new Set(quirks.takes);
  if (wantsThoughts !== undefined) takes.add("reasoning_content");
  return { takes, needsThoughts: wantsThoughts?.refusing?.test(model) === true, notes: new Set() };
}
