import { createHash } from "node:crypto";

/** A decision that Redis carries out whole. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

export function scriptOf(name: string, ...parts: readonly string[]): Script {
  const text = parts.join("\n");
  return { name, text, sha: createHash("sha1").update(text).digest("hex") };
}
