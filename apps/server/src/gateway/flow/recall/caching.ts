// What a request has to do with answers that are kept: one object for its whole life, for requests to aliases whose policy has them kept. For
// all others it costs the reading of one field. Called along the flow.

import type { CacheFacts, CacheOutcome, GhostError, SemanticFacts } from "@ghostllm/contract";
import type { ClosingText } from "@ghostllm/llm";
import type { AliasCache, SemanticPolicy } from "#domain/cache-policy.ts";
import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { Severance } from "#gateway/flow/ask/lifeline.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import type { ToldOfCache } from "#gateway/flow/why.ts";
import type { UpstreamAnswer } from "#gateway/upstream/upstream.ts";
import type { CachedAnswer } from "#link/cache.ts";
import { upstreamHeaders } from "#gateway/flow/ask/request-headers.ts";
import type { Meaning } from "#link/meanings.ts";
import { withLikeness, writeHead } from "./answer-head.ts";
import type { Heard, Likeness } from "./answer-head.ts";
import { cacheKeyOf, groupNameOf } from "./cache-key.ts";
import type { KeyParts } from "./cache-key.ts";
import { cacheWishesOf, whyNotRecalled } from "./cache-wishes.ts";
import type { CacheWishes } from "./cache-wishes.ts";
import type { Flight } from "./flights.ts";
import type { HeldAsking } from "./held-asking.ts";
import { PaceMarks } from "./pace.ts";
import { RecordedAnswer } from "./recorded-answer.ts";

export type CachingDeps = Pick<
  GatewayDeps,
  "cache" | "meanings" | "flights" | "clock" | "capacity" | "version" | "tracesVendors"
>;

/** What of a call matters. */
interface Call extends Omit<KeyParts, "candidates" | "policy" | "forwarded" | "isStrict"> {
  readonly exchange: Exchange;
  readonly principal: Principal;
  readonly looksAt?: object;
}

/** Null, as for almost all: nothing is kept for it. `candidates`: those that answer. */
export function cachingOf(deps: CachingDeps, call: Call, candidates: Candidates): Caching | null {
  const { cache: policy = null } = candidates;
  if (policy === null || call.looksAt !== undefined) return null;
  const wishes = cacheWishesOf(call.exchange);
  const whyNot = wishes.isUnstored ? "no_store" : whyNotRecalled(call.request, call.dialect);
  const name = whyNot === null ? nameOf(deps, call, candidates, policy) : null;
  return new Caching(deps, call, { policy, wishes, candidates, name, whyNot });
}

function nameOf(deps: CachingDeps, call: Call, candidates: Candidates, policy: AliasCache): string | null {
  return cacheKeyOf(keyPartsOf(deps, call, candidates, policy));
}

function keyPartsOf(deps: CachingDeps, call: Call, candidates: Candidates, policy: AliasCache): KeyParts {
  const { exchange, dialect } = call;
  const { forwarded } = upstreamHeaders(deps, exchange, dialect.client);
  const isStrict = exchange.header("x-ghostllm-strict") === "true";
  return { ...call, candidates, policy, forwarded, isStrict };
}

/** Of a digest: enough to see that two are the same. */
const toldDigits = 12;

interface Asked {
  readonly policy: AliasCache;
  readonly candidates: Candidates;
  readonly wishes: CacheWishes;
  /** Null: it is neither answered by what is kept, nor kept. */
  readonly name: string | null;
  /** Null where it has a name. */
  readonly whyNot: string | null;
}

/** Who writes down what a vendor answers, on its way. */
export interface Listener {
  listenTo(answer: UpstreamAnswer, about: Heard): UpstreamAnswer;
}

/** What the text of a request means, to find its answer by. */
export type OwnMeaning = Pick<Meaning, "group" | "vector" | "text">;

interface WrittenDown {
  readonly answer: RecordedAnswer;
  readonly about: Heard;
}

export class Caching implements Listener {
  readonly #deps: CachingDeps;
  readonly #call: Call;
  readonly #asked: Asked;
  #flight: Flight | null = null;
  /** Null: nobody waits for it in another process. */
  #asking: HeldAsking | null = null;
  #isKept = false;
  /** Null: nobody finds its answer by what its request means. */
  #meaning: OwnMeaning | null = null;
  /** Null where it was not looked for by meaning. */
  semantic: SemanticFacts | null = null;
  #heard: WrittenDown | null = null;
  outcome: CacheOutcome;
  /** Why nothing was found, or how it was. */
  #reason: string | null;
  /** Of what is told; null where it is not from here. */
  ageSeconds: number | null = null;
  /** Nano-USD. */
  costBefore: number | null = null;

  constructor(deps: CachingDeps, call: Call, asked: Asked) {
    this.#deps = deps;
    this.#call = call;
    this.#asked = asked;
    this.outcome = asked.name === null ? "bypass" : "miss";
    this.#reason = asked.whyNot ?? (asked.wishes.reads ? null : "no_cache");
  }

  /** For the record. */
  get facts(): ToldOfCache {
    return { cache: this.told, semantic: this.semantic };
  }

  get told(): CacheFacts {
    const { policy, name } = this.#asked;
    const digest = name?.slice(0, toldDigits) ?? null;
    return this.#reason === null ? [policy.scope, digest] : [policy.scope, digest, this.#reason];
  }

  /** What the client is told in place of an answer. */
  get fault(): GhostError | null {
    return this.#asked.wishes.fault;
  }

  /** Its alias tells streams with the pauses that they had, and this is one. */
  get isPaced(): boolean {
    return this.#asked.policy.pace === "natural" && this.#call.request.stream;
  }

  /** Null: only what is the same is told again. */
  get semanticPolicy(): SemanticPolicy | null {
    return this.#asked.policy.semantic ?? null;
  }

  /** All that must be the same beside that text; null where there is no name for it. */
  groupOf(closing: ClosingText, target: Target): string | null {
    const { candidates, policy } = this.#asked;
    return groupNameOf(keyPartsOf(this.#deps, this.#call, candidates, policy), closing, target);
  }

  /** Its own answer is to be found by that. */
  means(meaning: OwnMeaning): void {
    this.#meaning = meaning;
  }

  /** An answer to a question that is like it: false where the alias does not, or no more, take that for enough. */
  takes({ similarity, of }: Likeness): boolean {
    const { semanticPolicy } = this;
    if (semanticPolicy === null || similarity < semanticPolicy.threshold) return false;
    this.#deps.meanings.noteTold();
    this.semantic = ["told", similarity, semanticPolicy.threshold, of];
    return true;
  }

  /** The same answer for this request, under its own name from now on, for as long as it may be told. */
  async adopt(found: CachedAnswer, likeness: Likeness, whose: Pick<Meaning, "alias" | "key" | "user">) {
    const answer = { ...found, head: withLikeness(found.head, likeness) };
    const { name } = this.#asked;
    const lifetimeMs = (this.#ttlSeconds - this.#ageOf(found.storedAt)) * 1_000;
    if (name !== null && lifetimeMs > 0) {
      await this.#deps.cache.keep({ name, answer, lifetimeMs, ...whose });
      this.#isKept = true;
    }
    return answer;
  }

  /** Under which its answer is looked for; null: it is not. */
  get readsFrom(): string | null {
    return this.#asked.wishes.reads ? this.#asked.name : null;
  }

  /** Others who ask the same wait for this one from now on. */
  lead(flight: Flight): void {
    this.#flight = flight;
  }

  /** In other processes, too. */
  leadElsewhere(asking: HeldAsking): void {
    this.#asking = asking;
  }

  isFresh({ storedAt }: CachedAnswer): boolean {
    const isFresh = this.#ageOf(storedAt) < this.#ttlSeconds;
    if (!isFresh) this.#reason = "too_old";
    return isFresh;
  }

  /** The answer is that of one who asked the same a moment before. */
  joined(): void {
    this.#reason = "joined";
  }

  /** It is answered by this, which cost so much when it was asked for. */
  hit({ storedAt }: CachedAnswer, costNanos: number | null): void {
    this.outcome = "hit";
    this.costBefore = costNanos;
    this.ageSeconds = Math.floor(this.#ageOf(storedAt));
  }

  /** With those who wait for this one. */
  share(answer: CachedAnswer): void {
    this.#flight?.land({ kind: "answered", answer });
  }

  /** What was written down of another one is of no use any more. */
  listenTo(answer: UpstreamAnswer, about: Heard): UpstreamAnswer {
    this.#heard = this.#write(answer, about);
    return this.#heard?.answer ?? answer;
  }

  /** Beside another attempt: what is written down of it is kept where `goOn` is called, since it is the client's. */
  beside(): Listener & { goOn(): void } {
    let heard: WrittenDown | null = null;
    return {
      listenTo: (answer, about) => (heard = this.#write(answer, about))?.answer ?? answer,
      goOn: () => void (this.#heard = heard),
    };
  }

  /**
   * Null: nothing of it is kept. Who was led elsewhere was so by what he himself may use: what he is told there is told to nobody else.
   */
  #write(answer: UpstreamAnswer, about: Heard): WrittenDown | null {
    const { name, candidates } = this.#asked;
    if (name === null || answer.status !== 200 || !isAmong(candidates, about.target)) return null;
    const recorded = new RecordedAnswer(answer, {
      mostBytes: this.#deps.capacity.cachedAnswerBytes,
      held: this.#call.exchange.held,
      onSlow: () => this.#holdNobodyUp(),
      pace: this.isPaced ? new PaceMarks(() => this.#deps.clock.monotonic()) : null,
    });
    return { answer: recorded, about };
  }

  #holdNobodyUp(): void {
    this.#flight?.land({ kind: "failed" });
    this.#asking?.release(true);
  }

  /** The answer was whole and good, and its client has been told all of it. */
  keep(costNanos: number | null): void {
    const { name, policy } = this.#asked;
    const heard = this.#heard;
    this.#heard = null;
    const body = heard?.answer.take() ?? null;
    if (name === null || heard === null || body === null) return;
    const { cache, clock } = this.#deps;
    const { keyId: key, userId: user } = this.#call.principal;
    const answer = {
      head: writeHead(heard.about, { headers: heard.answer.headers, costNanos, pace: heard.answer.pace }),
      body,
      storedAt: clock.now(),
    };
    // Nobody waits for it: who asks the same meanwhile is handed it.
    void cache.keep({ name, answer, lifetimeMs: this.#ttlSeconds * 1000, alias: policy.aliasId, key, user });
    this.#isKept = true;
    this.share(answer);
    const meaning = this.#meaning;
    if (meaning === null) return;
    const { id: requestId } = this.#call.exchange;
    const whose = { alias: policy.aliasId, key, user };
    void this.#deps.meanings.keep({ ...meaning, ...whose, name, requestId, lifetimeMs: this.#ttlSeconds * 1000 });
  }

  /** What was written down of its answer is not all that its client is told. */
  forget(): void {
    this.#heard = null;
  }

  /** It has ended, with an answer or without one. */
  release(severedBy: Severance | null): void {
    const isPersonal = severedBy === "client" || severedBy === "revoked" || severedBy === "expired";
    this.#flight?.land({ kind: isPersonal ? "left" : "failed" });
    this.#asking?.release(!isPersonal && !this.#isKept);
    this.#heard = null;
  }

  get #ttlSeconds(): number {
    const { policy, wishes } = this.#asked;
    return Math.min(policy.ttlSeconds, wishes.mostSeconds ?? Infinity);
  }

  /** Clocks of instances differ a little. */
  #ageOf(storedAt: number): number {
    return Math.max(0, this.#deps.clock.now() - storedAt) / 1000;
  }
}

function isAmong({ targets }: Candidates, { provider, model }: Target): boolean {
  return targets.some(({ target: one }) => one.provider.id === provider.id && one.model === model);
}
