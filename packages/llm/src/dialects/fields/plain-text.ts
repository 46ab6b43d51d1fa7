import type { Part, TextPart } from "#hub.ts";

/** A text that has nothing beside it, so that it may stand as a bare string. */
export function isPlainText(part: Part | undefined, dialect: string): part is TextPart {
  return part?.kind === "text" && part.cache === undefined && part.extras?.dialect !== dialect;
}
