import { LargeAnswerTap } from "#dialects/streams/large-answer.ts";
import type { StoredAnswer } from "#dialects/bodies/stored-objects.ts";
import type { Usage } from "#hub.ts";
import { readHead } from "./stored.ts";
import { paidItems, readUsage } from "#dialects/openai-responses/usage.ts";

/** What the answer is begins it; what it cost is behind its content. */
export class LargeResponseTap extends LargeAnswerTap {
  stored: StoredAnswer | null = null;
  #isBegun = false;
  #hasPaidItems = false;

  constructor() {
    super(readUsage);
  }

  /** What its tools cost is in the part that was not kept. */
  override get usage(): Usage | null {
    const told = super.usage;
    return told === null || !this.#hasPaidItems ? told : { ...told, otherUses: ["tools of the vendor"] };
  }

  override push(chunk: Buffer): Buffer {
    if (!this.#isBegun) this.stored = readHead(chunk);
    this.#isBegun = true;
    this.#hasPaidItems ||= paidItems.some((sign) => chunk.includes(sign));
    return super.push(chunk);
  }
}
