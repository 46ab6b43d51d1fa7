// The texts of a stream on their way to whoever is asked about them: part by part, each with the end of what was before it.

import type { GhostError } from "@ghostllm/contract";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";

export interface AskedPart {
  readonly texts: readonly string[];
  /** More comes. */
  readonly isPart: boolean;
  readonly onCall: (call: Pick<UpstreamCall, "abort">) => void;
}

/** Why nothing more is told. Null: nobody is asked. */
export type JudgeParts = ((part: AskedPart) => Promise<GhostError | null>) | null;

/** So many characters are held until they have been asked about. */
const partCharacters = 1_000;
/** So many of what was asked about before are told again, so that what stands across two parts is seen. */
const againCharacters = 200;

export class AskedParts {
  /** By what they are of. */
  readonly #parts = new Map<object, { before: string; fresh: string }>();
  #characters = 0;

  add(text: string, of: object): void {
    const part = this.#parts.get(of);
    if (part === undefined) this.#parts.set(of, { before: "", fresh: text });
    else part.fresh += text;
    this.#characters += text.length;
  }

  get isFull(): boolean {
    return this.#characters >= partCharacters;
  }

  /** Those in which something is new. */
  take(): readonly string[] {
    const texts: string[] = [];
    for (const part of this.#parts.values()) {
      if (part.fresh === "") continue;
      const text = part.before + part.fresh;
      texts.push(text);
      part.before = text.slice(-againCharacters);
      part.fresh = "";
    }
    this.#characters = 0;
    return texts;
  }
}
