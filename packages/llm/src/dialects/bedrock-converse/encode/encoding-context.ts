import type { Notes } from "#dialects/fields/extras.ts";

export interface EncodingContext {
  readonly notes: Notes;
  /** How often each name of a document was given: no two in a request may have the same. */
  readonly documentNames: Map<string, number>;
}
