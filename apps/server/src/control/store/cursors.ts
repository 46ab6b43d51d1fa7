// Where a page has ended. By time of creation that is the id of its last row; in other orders it is what the row had there, and its id:
// so a list goes on rightly, whatever comes, goes or is renamed meanwhile.

import { GhostError } from "@ghostllm/contract";

type Value = string | number | null;

export interface Cursor {
  readonly value: Value;
  readonly id: string;
}

export function writeCursor({ value, id }: Cursor): string {
  return Buffer.from(JSON.stringify([value, id])).toString("base64url");
}

/** Throws for what is none. */
export function readCursor(text: string): Cursor {
  const parts = partsOf(Buffer.from(text, "base64url").toString("utf8"));
  const [value, id] = parts;
  const isValue = typeof value === "string" || typeof value === "number" || value === null;
  if (parts.length !== 2 || !isValue || typeof id !== "string")
    throw new GhostError("invalid_request_error", "after: Give `next` of the page before, in the same order", {
      param: "after",
    });
  return { value, id };
}

function partsOf(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
