import type { GhostError } from "@ghostllm/contract";
import { OuterTap } from "#dialects/streams/outer-tap.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { asWithinDocument } from "./text-restorer.ts";
import type { Restoration, TextRestorer } from "./text-restorer.ts";

/**
 * Behind the tap of a document that is too large to be held. Nobody knows there how deep a text stands within others, so that only
 * texts are restored that are written the same everywhere.
 */
export class PlainRestoringTap extends OuterTap {
  readonly #restorer: TextRestorer;
  /** As single bytes, which are characters of their own here: what is looked for has no other ones. */
  #held = "";

  constructor(tap: StreamTap, restorer: TextRestorer) {
    super(tap);
    this.#restorer = restorer;
  }

  override push(chunk: Buffer): Buffer | null {
    const passed = super.push(chunk);
    if (passed === null) return null;
    this.#held += passed.toString("latin1");
    return this.#tell(this.#restorer.openFrom(this.#held));
  }

  override flush(isCut = false): Buffer | null {
    const rest = super.flush(isCut);
    if (rest !== null) this.#held += rest.toString("latin1");
    return this.#tell(this.#held.length);
  }

  override fail(error: GhostError): Buffer | null {
    const parts = [this.#tell(this.#held.length), super.fail(error)].filter((part) => part !== null);
    return parts.length === 0 ? null : Buffer.concat(parts);
  }

  #tell(end: number): Buffer | null {
    if (end === 0) return null;
    const text = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    const parts: Buffer[] = [];
    let from = 0;
    for (const found of this.#restorer.find(text).filter(isPlain)) {
      parts.push(Buffer.from(text.slice(from, found.start), "latin1"), Buffer.from(found.text));
      from = found.end;
    }
    return Buffer.concat([...parts, Buffer.from(text.slice(from), "latin1")]);
  }
}

function isPlain({ text }: Restoration): boolean {
  return asWithinDocument(text) === text;
}
