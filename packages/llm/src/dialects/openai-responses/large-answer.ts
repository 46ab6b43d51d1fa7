import { LargeAnswerTap } from "#dialects/large-answer.ts";
import type { StoredAnswer } from "#dialects/stored-objects.ts";
import { readHead } from "./stored.ts";
import { readUsage } from "./usage.ts";

/** What the answer is begins it; what it cost is behind its content. */
export class LargeResponseTap extends LargeAnswerTap {
  stored: StoredAnswer | null = null;
  #isBegun = false;

  constructor() {
    super(readUsage);
  }

  override push(chunk: Buffer): Buffer {
    if (!this.#isBegun) this.stored = readHead(chunk);
    this.#isBegun = true;
    return super.push(chunk);
  }
}
