import { addUsage } from "#dialects/fields/usage-parts.ts";
import type { Usage } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { withServiceTier } from "#dialects/openai-chat/usage.ts";

/** A string within JSON cannot hold these in plain quotes. */
const tierPattern = /"service_tier"\s*:\s*"([\w-]{1,40})"/;
const tierSign = '"service_tier"';

/**
 * The usage of a stream. Whoever tells it several times means the same answer, so that the last one holds; llama.cpp, which
 * is known by its `timings`, counts each answer by itself: https://github.com/ggml-org/llama.cpp/tree/master/tools/server
 */
export class StreamUsage {
  #isBegun = false;
  #tier: string | undefined;
  #last: Usage | null = null;
  readonly #ofAnswers = new Map<unknown, Usage>();
  #behindAnswers: Usage | null = null;

  /** Frames of a chunk: the first ones tell the tier, should the one with the usage not. */
  begin(frames: Buffer): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    if (frames.includes(tierSign)) this.#tier = tierPattern.exec(frames.toString("latin1"))?.[1];
  }

  /** What an earlier chunk told. */
  set tier(tier: unknown) {
    if (typeof tier === "string") this.#tier = tier;
  }

  add(usage: Usage, chunk: unknown): void {
    this.#last = usage;
    if (!isObject(memberOf(chunk, "timings"))) return;
    const choices = memberOf(chunk, "choices");
    const [choice]: readonly unknown[] = Array.isArray(choices) ? choices : [];
    if (choice !== undefined) this.#ofAnswers.set(memberOf(choice, "index"), usage);
    else this.#behindAnswers = this.#behindAnswers === null ? usage : addUsage(this.#behindAnswers, usage);
  }

  get total(): Usage | null {
    const told = this.#behindAnswers ?? sumOf([...this.#ofAnswers.values()]) ?? this.#last;
    return told === null ? null : withServiceTier(told, this.#tier);
  }
}

function sumOf(usages: readonly Usage[]): Usage | null {
  return usages.length === 0 ? null : usages.reduce(addUsage);
}
