// What a stream has cost so far, held against what was reserved for it: an observer of the relay, which looks where as many bytes
// have come as may be worth it. Invariant: a stream goes on only while what it has cost is reserved; more is reserved while the budgets have more.

import { GhostError } from "@ghostllm/contract";
import { costOf, priceAt } from "@ghostllm/llm";
import type { Dialect, ParsedRequest, Price, StreamTap, Usage } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Evidence } from "./evidence.ts";
import type { Observer } from "./relay.ts";

interface MeterInput {
  /** Of the admission, and of the provider. Where nothing is reserved, nothing is held to a budget. */
  readonly holds: readonly { readonly id: string; readonly reservedNanos: number }[];
  readonly request: ParsedRequest;
  readonly target: Target;
  /** The client's: it is in this that the answer is written. */
  readonly dialect: Dialect;
  /** What has come of the answer: it must have been told before the meter is asked. */
  readonly evidence: Evidence;
  readonly tap: Pick<StreamTap, "usage" | "isEventStream">;
}

export type MeterDeps = Pick<GatewayDeps, "counters" | "clock" | "estimator" | "limits">;

/** Null where nothing was reserved, or streams are not to be cut. */
export function meterOf(deps: MeterDeps, input: MeterInput): StreamMeter | null {
  const holds = input.holds.filter(({ reservedNanos }) => reservedNanos > 0);
  if (holds.length === 0 || !deps.limits.cutStreamsOverBudget) return null;
  const { prices } = input.target;
  const price = prices === null ? null : priceAt(prices, deps.clock.now());
  return price === null || price.isFree ? null : new StreamMeter(deps, { ...input, holds }, price);
}

/** Looks are no nearer to each other and no further from each other than this. */
const [leastStepBytes, mostStepBytes] = [4_096, 65_536];
/** No dialect writes a token with fewer bytes around it. */
const leastBytesPerToken = 16;
/** What is reserved at a time on top of what has been used. */
const stepTokens = 1_000;
const million = 1_000_000;
const noPrompt = Buffer.alloc(0);

export class StreamMeter implements Observer {
  /** As many bytes of the answer must have come until the next look. */
  #nextBytes: number;
  readonly #deps: MeterDeps;
  readonly #input: MeterInput;
  readonly #price: Price;
  /** Who names no maximum is looked at as if the text were dense, who names one as if it were thin: it is mostly kept. */
  readonly #charactersPerToken: number;
  /** By each hold of those that there are; the least of them is what may be spent. */
  readonly #reserved: number[];
  /** Of the evidence, so far, and the letters of its text. */
  #readBytes = 0;
  #readCharacters = 0;
  /** What of the answer was counted, and what came of it. */
  #countedBytes = 0;
  #tokensPerByte: number | null = null;
  /** What a fast vendor sends between two looks. */
  #mostAtOnce = 0;

  constructor(deps: MeterDeps, input: MeterInput, price: Price) {
    this.#deps = deps;
    this.#input = input;
    this.#price = price;
    this.#charactersPerToken = input.request.maxOutputTokens === null ? 2 : 4;
    this.#reserved = input.holds.map(({ reservedNanos }) => reservedNanos);
    this.#nextBytes = this.#stepFor(this.#costOf(0, null), 1 / leastBytesPerToken);
  }

  /** A promise where its tokens must be counted for that. */
  review(lastBytes: number): Promise<GhostError | null> | null {
    if (this.#input.evidence.totalBytes < this.#nextBytes) return null;
    const mayGoOn = this.#look(lastBytes);
    return mayGoOn === true ? null : mayGoOn.then((may) => (may ? null : usedUp()));
  }

  /** May the stream go on, with as much as has come at once? */
  #look(lastBytes: number): true | Promise<boolean> {
    const { evidence, tap } = this.#input;
    const told = tap.usage;
    this.#mostAtOnce = Math.max(this.#mostAtOnce, lastBytes);
    const rough = this.#roughTokens(evidence) * (1 + this.#mostAtOnce / Math.max(1, evidence.totalBytes));
    const roughCost = this.#costOf(rough, told);
    if (roughCost < this.#reservedNanos) return this.#goOn(evidence, roughCost, rough);
    if (this.#tokensPerByte !== null && evidence.keptBytes < 2 * this.#countedBytes) return this.#judge(evidence, told);
    return this.#count(evidence).then(() => this.#judge(evidence, told));
  }

  #roughTokens(evidence: Evidence): number {
    if (this.#tokensPerByte !== null) return evidence.totalBytes * this.#tokensPerByte;
    const { dialect, tap } = this.#input;
    // What has been read is not read again: a long answer is looked at many times.
    this.#readCharacters += dialect.upstream.readText(evidence.text(this.#readBytes), tap.isEventStream).length;
    this.#readBytes = evidence.keptBytes;
    return (this.#readCharacters / this.#charactersPerToken) * evidence.scale;
  }

  async #count(evidence: Evidence): Promise<void> {
    const { dialect, tap } = this.#input;
    const streamed = tap.isEventStream;
    const answer = evidence.text();
    this.#countedBytes = evidence.keptBytes;
    const counts = await this.#deps.estimator.estimate({
      dialect: dialect.name,
      prompt: noPrompt,
      answer,
      streamed,
    });
    const tokens = counts?.completionTokens ?? dialect.upstream.readText(answer, streamed).length / 4;
    this.#tokensPerByte = tokens / Math.max(1, this.#countedBytes);
  }

  /** Once it is counted. */
  async #judge(evidence: Evidence, told: Usage | null): Promise<boolean> {
    const tokens = (evidence.totalBytes + this.#mostAtOnce) * (this.#tokensPerByte ?? 0);
    const cost = this.#costOf(tokens, told);
    if (cost >= this.#reservedNanos) {
      const wanted = Math.ceil(cost + (stepTokens * this.#price.output.base) / million);
      for (const [place, { id }] of this.#input.holds.entries()) {
        const reserved = this.#reserved[place] ?? 0;
        if (reserved > cost) continue;
        this.#reserved[place] = reserved + (await this.#deps.counters.extend({ id, costNanos: wanted - reserved }));
      }
    }
    return cost < this.#reservedNanos && this.#goOn(evidence, cost, tokens);
  }

  get #reservedNanos(): number {
    return Math.min(...this.#reserved);
  }

  #goOn({ totalBytes }: Evidence, cost: number, tokens: number): true {
    this.#nextBytes = totalBytes + this.#stepFor(cost, (2 * tokens) / Math.max(1, totalBytes));
    return true;
  }

  /** Half as many bytes as what is reserved lasts for at the rate of now. */
  #stepFor(cost: number, tokensPerByte: number): number {
    const leftTokens = ((this.#reservedNanos - cost) * million) / Math.max(1, this.#price.output.base);
    const bytes = leftTokens / Math.max(tokensPerByte, 1 / mostStepBytes);
    return Math.min(mostStepBytes, Math.max(leastStepBytes, Math.floor(bytes)));
  }

  /** In nano-USD, of the vendor's own counts where it has told more. */
  #costOf(tokens: number, told: Usage | null): number {
    const { request } = this.#input;
    const promptTokens = told?.promptTokens || request.promptTokensEstimate;
    const completionTokens = Math.max(told?.completionTokens ?? 0, Math.ceil(tokens));
    const base = told ?? { cachedTokens: 0, reasoningTokens: 0 };
    return costOf({ ...base, promptTokens, completionTokens }, this.#price) ?? 0;
  }
}

/** Of an answer that others may go on with: each part is held against what is held for it, at its price. */
export class TurningMeter implements Observer {
  readonly #parts: { readonly attempts: number };
  readonly #make: () => StreamMeter | null;
  #at: number;
  #meter: StreamMeter | null;

  constructor(parts: { readonly attempts: number }, make: () => StreamMeter | null) {
    this.#parts = parts;
    this.#make = make;
    this.#at = parts.attempts;
    this.#meter = make();
  }

  review(lastBytes: number): Promise<GhostError | null> | null {
    const { attempts } = this.#parts;
    if (attempts !== this.#at) [this.#at, this.#meter] = [attempts, this.#make()];
    return this.#meter?.review(lastBytes) ?? null;
  }
}

function usedUp(): GhostError {
  const message =
    "The budget is used up: this answer has cost all that was left of it, by an estimate of its tokens, and was cut here. Name a maximum of output tokens that fits, or ask an operator to raise the budget.";
  return new GhostError("insufficient_quota", message);
}
