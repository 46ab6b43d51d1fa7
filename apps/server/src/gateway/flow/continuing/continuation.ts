// Has another target go on with an answer that broke off behind its first words, where the alias says so. Called by execute.ts for streams alone.
// Invariant: what was told stands, and its vendor's part is charged; where nobody goes on, the stream ends as it would have without it.

import { prefillOf, readBegun, requestToGoOn } from "@ghostllm/llm";
import type { BegunAnswer, Dialect, NotBegun, ParsedRequest, StreamTap } from "@ghostllm/llm";
import type { ContinuationPolicy } from "#domain/alias-policy.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { Evidence } from "#gateway/flow/answer/evidence.ts";
import { measureUsage } from "#gateway/flow/answer/measure.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { StreamVendorAnswer, VendorAnswer } from "#gateway/flow/answer/answer.ts";
import { admitAtProvider, canAffordAnother } from "#gateway/flow/ask/admit-attempt.ts";
import { attempt } from "#gateway/flow/ask/attempts.ts";
import type { AskDeps, AttemptsInput } from "#gateway/flow/ask/attempts.ts";
import { usageOfBegun } from "#gateway/flow/ask/unanswered.ts";
import type { Step } from "#gateway/flow/ask/course.ts";
import { isAnswer, whyLeft } from "#gateway/flow/ask/judge.ts";
import type { Outcome } from "#gateway/flow/ask/judge.ts";
import type { Run } from "#gateway/flow/call.ts";
import type { Tried, WhyLeft } from "#gateway/flow/tried.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { ContinuedStream } from "./continued-stream.ts";
import type { GoneOn, GoesOn } from "./goes-on.ts";

export type ContinueDeps = AskDeps & Pick<GatewayDeps, "estimator">;

/** What came of it. */
export type Continued = "continued" | "failed" | "used_up" | "no_target" | "no_budget" | Unfit | NotBegun;
/** `form`: it was to have a form, or to think first; `stored`: its vendor keeps it; `too_long`: to be remembered. */
type Unfit = "form" | "stored" | "too_long";

/** Of an answer so much is remembered, so that it can be gone on with. */
const mostToldBytes = 1024 * 1024;
/** Where nobody has counted them. */
const charactersPerToken = 4;

/** Said at the end to whom headers are told there. */
const markHeader = "x-ghostllm-continued";

/** The answer itself where nobody would go on with it. */
export function continuable(deps: ContinueDeps, run: Run, asked: AttemptsInput, answer: VendorAnswer): VendorAnswer {
  const policy = run.candidates.policy?.continuation ?? null;
  if (policy === null || answer.kind !== "stream" || !mayBeContinued(run, answer)) return answer;
  return new ContinuedStream(answer, new Continuation(deps, { run, asked, policy })).answer();
}

/**
 * What is one answer of several, in the background, or of a vendor's own conversation goes on nowhere else. Placeholders cannot be told from what
 * they stand for in what was told, and what may cost so much and no more may cost that once.
 */
function mayBeContinued(run: Run, { tap, status }: StreamVendorAnswer): boolean {
  const { request, routing, protection, admission } = run;
  const { kept, answers, operation } = request;
  if (operation !== "chat.completions" || answers !== 1 || status !== 200 || !tap.isEventStream) return false;
  if (admission.readsUnseen || (routing && routing.mostNanos !== null)) return false;
  if (kept?.isBackground === true || (kept?.references ?? []).length > 0) return false;
  return (protection?.restorer ?? null) === null;
}

interface Parts {
  readonly run: Run;
  readonly asked: AttemptsInput;
  readonly policy: ContinuationPolicy;
}

class Continuation implements GoesOn {
  readonly #deps: ContinueDeps;
  readonly #parts: Parts;
  readonly #told = new Evidence(mostToldBytes);
  #left: number;
  /** The part that goes on, or was the last one: what it was asked, and what came of it. */
  #request: ParsedRequest;
  #part = new Evidence();
  #isContinued = false;
  /** The last part is among what came to nothing. */
  #isCharged = false;
  #asking: Promise<unknown> | null = null;

  constructor(deps: ContinueDeps, parts: Parts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#left = parts.policy.attempts;
    this.#request = parts.asked.request;
  }

  get dialect(): Dialect {
    return this.#parts.run.dialect;
  }

  /** To the client; `part`: by the vendor that goes on. */
  tell(told: Buffer, part: Buffer): void {
    this.#told.add(told);
    this.#part.add(part);
    const { content, guarding } = this.#parts.run;
    // Of the first part it has heard already.
    if (this.#isContinued && guarding?.isHeard !== true) content?.hearMore(told);
  }

  /** Null: nobody goes on with it, and it ends as it has. */
  async goOn(tap: StreamTap, why: WhyLeft): Promise<GoneOn | null> {
    const { lifeline, trail, exchange, candidates } = this.#parts.run;
    const { last } = trail;
    if (last === null || lifeline.severedBy !== null) return null;
    const afterMs = exchange.elapsedMs();
    const asking = this.#askOthers(tap, last, why).catch(() => "failed" as const);
    this.#asking = asking;
    const gone = await asking;
    this.#asking = null;
    const outcome = typeof gone === "string" ? gone : "continued";
    trail.why.continued(afterMs, outcome);
    this.#deps.events.continued({ alias: candidates.requested, outcome });
    return typeof gone === "string" ? null : gone;
  }

  async #askOthers(tap: StreamTap, last: Tried, why: WhyLeft): Promise<GoneOn | Exclude<Continued, "continued">> {
    const { run, asked } = this.#parts;
    const begun = this.#begun(tap);
    if (typeof begun === "string") return begun;
    const usage = await this.#usageOf(tap, false);
    const tokens = usage.completionTokens || Math.ceil(begun.text.length / charactersPerToken);
    const request = requestToGoOn(run.dialect, asked.request, { text: begun.text, tokens });
    const steps = asked.course.goOnBehind(last.target).filter(({ target }) => prefillOfTarget(target) !== null);
    if (request === null || steps.length === 0) return "no_target";
    run.trail.charge(last, usage);
    this.#isCharged = true;
    if (!(await canAffordAnother(this.#deps, asked, last.number - 1))) return "no_budget";
    run.trail.leave(last, why, this.#deps.clock.monotonic(), run.exchange.elapsedMs());
    run.caching?.forget();
    this.#request = request;
    const found = await this.#askEach(steps);
    if (found === null) return "failed";
    [this.#isCharged, this.#isContinued, this.#part] = [false, true, new Evidence()];
    const { name } = found.target.provider;
    run.outlet.addHeaders({ [markHeader]: name });
    const mark = run.dialect.client.remark?.(`${markHeader}: ${name}`) ?? null;
    const prefill = prefillOfTarget(found.target) ?? "continues";
    return { answer: found, begun, prefill, mark: mark === null ? null : Buffer.from(mark) };
  }

  #begun(tap: StreamTap): BegunAnswer | Exclude<Continued, "continued"> {
    const { dialect, request } = this.#parts.run;
    if (this.#left < 1) return "used_up";
    if ((tap.stored ?? null) !== null) return "stored";
    const { format, reasoning } = dialect.client.decodeRequest(request);
    if ((format !== undefined && format.kind !== "text") || reasoning !== undefined) return "form";
    if (this.#told.totalBytes > this.#told.keptBytes) return "too_long";
    return readBegun(dialect, request, this.#told.bytes);
  }

  async #askEach(steps: readonly Step[]): Promise<StreamVendorAnswer | null> {
    for (const step of steps) {
      const answer = this.#left > 0 && this.#parts.run.lifeline.severedBy === null ? await this.#ask(step) : null;
      if (answer !== null) return answer;
    }
    return null;
  }

  /** Null: it does not go on with it. */
  async #ask(step: Step): Promise<StreamVendorAnswer | null> {
    const { run, asked } = this.#parts;
    const input = { ...asked, request: this.#request, caching: null, content: null };
    const passing = admitAtProvider(this.#deps, input, step.target, step.leg.scope);
    if ((passing instanceof Promise ? await passing : passing) !== null) return null;
    this.#left -= 1;
    const outcome = await attempt(this.#deps, input, step);
    if (isGoingOn(outcome)) return outcome;
    this.#leave(run, outcome);
    return null;
  }

  /** What is here as a whole, and what says no, is of no use; the one has its price all the same. */
  #leave({ trail, exchange, lifeline }: Run, outcome: Outcome): void {
    const { last } = trail;
    if (last === null || last.isLeft) return;
    const now = this.#deps.clock.monotonic();
    if (isAnswer(outcome)) {
      lifeline.abandon();
      const { assumedOutputTokens } = this.#deps.limits;
      trail.charge(last, usageOfBegun(last.begun({ request: this.#request, assumedOutputTokens, now })));
    }
    trail.leave(last, whyLeft(outcome), now, exchange.elapsedMs());
  }

  /** Nobody waits for who is asked. */
  abandon(): void {
    this.#left = 0;
    this.#parts.run.lifeline.abandon();
  }

  /** Of the last part alone; null: there was one part, which is measured as ever. */
  async usage(tap: StreamTap, isComplete: boolean): Promise<MeasuredUsage | null> {
    await this.#asking;
    if (this.#isCharged) return this.#parts.run.trail.takeLast() ?? noUsage;
    return this.#isContinued ? this.#usageOf(tap, isComplete) : null;
  }

  #usageOf(tap: StreamTap, isComplete: boolean): Promise<MeasuredUsage> {
    const { estimator } = this.#deps;
    const { dialect } = this.#parts.run;
    const measured = { request: this.#request, dialect, evidence: this.#part, streamed: tap.isEventStream, estimator };
    return measureUsage({ told: tap.usage, isComplete, ...measured });
  }
}

function prefillOfTarget({ provider, model }: Target) {
  return prefillOf(provider.definition, model);
}

function isGoingOn(outcome: Outcome): outcome is StreamVendorAnswer {
  return !(outcome instanceof UpstreamFailure) && outcome.kind === "stream" && outcome.tap.isEventStream;
}
