// Answers a request by what was told to one that was the same, or waits for the one that asks the same just now. Called by execute.ts, with
// what was admitted. Invariant: nobody waits for anybody longer than for a vendor, and who is not given an answer asks for it himself.

import { GhostError } from "@ghostllm/contract";
import { passageBetween, vendorDialects } from "@ghostllm/llm";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import { answerFactsOf } from "#gateway/flow/answer/answer-facts.ts";
import type { Answer, RecalledAnswer } from "#gateway/flow/answer/answer.ts";
import { receive } from "#gateway/flow/ask/attempt.ts";
import type { Lifeline } from "#gateway/flow/ask/lifeline.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { CachedAnswer } from "#link/cache.ts";
import { readHead } from "./answer-head.ts";
import type { AnswerHead } from "./answer-head.ts";
import type { Caching } from "./caching.ts";
import type { Flight, Landing } from "./flights.ts";
import { HeldAsking, leaseMs } from "./held-asking.ts";
import { piecesOf } from "./pace.ts";
import { PacedReplay } from "./paced-replay.ts";
import { findByMeaning } from "./meaning/find-by-meaning.ts";
import type { MeaningDeps } from "./meaning/find-by-meaning.ts";
import { ReplayedAnswer } from "./recorded-answer.ts";

export type RecallDeps = MeaningDeps &
  Pick<GatewayDeps, "cache" | "askers" | "flights" | "heavyWork" | "limits" | "clock" | "answers">;

export async function recall(
  deps: RecallDeps,
  run: Run,
  caching: Caching,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  if (caching.fault !== null) throw caching.fault;
  const name = caching.readsFrom;
  if (name === null) return ask();
  for (let other = deps.flights.find(name); other !== null; other = deps.flights.find(name)) {
    const landing = await landingOf(other, run.lifeline);
    if (landing.kind === "failed") return ask();
    if (landing.kind === "answered") {
      const told = await tellAgain(deps, run, caching, landing.answer);
      if (told !== null) caching.joined();
      return told ?? ask();
    }
  }
  // From here on it is this one that others wait for, also while the answer is looked for elsewhere.
  caching.lead(deps.flights.begin(name));
  return (await toldElsewhere(deps, run, caching, name)) ?? (await toldByMeaning(deps, run, caching)) ?? ask();
}

/** What was told to a question of the same meaning; null: there is nothing of that, or it makes no answer for this one. */
async function toldByMeaning(deps: RecallDeps, run: Run, caching: Caching): Promise<RecalledAnswer | null> {
  const found = await findByMeaning(deps, run, caching);
  if (run.lifeline.severedBy !== null)
    throw run.lifeline.failure ?? new GhostError("provider_error", "The client left.");
  return found === null ? null : tellAgain(deps, run, caching, found);
}

/** How often it is looked for an answer that another process waits for. */
const [leastPauseMs, mostPauseMs] = [10, 100];

/** Null: this one is to ask. */
async function toldElsewhere(
  deps: RecallDeps,
  run: Run,
  caching: Caching,
  name: string,
): Promise<RecalledAnswer | null> {
  const { lifeline, exchange } = run;
  let known: number | null = null;
  for (let pauseMs = leastPauseMs; ; pauseMs = Math.min(mostPauseMs, 2 * pauseMs)) {
    const finding = deps.cache.find(name);
    const found = finding instanceof Promise ? await finding : finding;
    if (found !== null) return tellFound(deps, run, caching, { found, isJoined: known !== null });
    const taking = deps.askers.take(name, exchange.id, leaseMs);
    const { isMine, failures } = taking instanceof Promise ? await taking : taking;
    if (isMine) return askFor(deps, run, caching, name);
    known ??= failures;
    if (failures > known) return null;
    await lifeline.pause(pauseMs);
    if (lifeline.severedBy !== null) throw lifeline.failure ?? new GhostError("provider_error", "The client left.");
  }
}

/** Null: it is this one, for all. Who asked before may have told it meanwhile. */
async function askFor(deps: RecallDeps, run: Run, caching: Caching, name: string): Promise<RecalledAnswer | null> {
  const held = new HeldAsking({ askers: deps.askers, name, asker: run.exchange.id });
  caching.leadElsewhere(held);
  const found = await deps.cache.find(name);
  if (found === null) return null;
  held.release(false);
  return tellFound(deps, run, caching, { found, isJoined: true });
}

interface Found {
  readonly found: CachedAnswer;
  /** It was waited for. */
  readonly isJoined: boolean;
}

async function tellFound(deps: RecallDeps, run: Run, caching: Caching, { found, isJoined }: Found) {
  const told = await tellAgain(deps, run, caching, found);
  if (told !== null && isJoined) caching.joined();
  return told;
}

/** Throws where the request itself ends before. */
function landingOf(flight: Flight, lifeline: Lifeline): Promise<Landing> {
  return new Promise((resolve, reject) => {
    lifeline.hold({ abort: () => reject(lifeline.failure ?? new GhostError("provider_error", "The client left.")) });
    flight.follow(resolve);
  });
}

/** Null where it does not make an answer for this one. */
async function tellAgain(
  deps: RecallDeps,
  run: Run,
  caching: Caching,
  cached: CachedAnswer,
): Promise<RecalledAnswer | null> {
  if (!caching.isFresh(cached)) return null;
  const head = readHead(cached.head);
  if (head.likeness !== undefined && !caching.takes(head.likeness)) return null;
  const answer = await replay(deps, run, cached.body, head);
  if (answer === null || (answer.kind === "whole" && answer.error !== null)) return null;
  caching.hit(cached, head.costNanos);
  caching.share(cached);
  return answer;
}

/** Read as if its vendor told it now: in the client's dialect, whole or streamed, with the texts that its policy took out of the request. */
async function replay(deps: RecallDeps, run: Run, body: Uint8Array, head: AnswerHead): Promise<RecalledAnswer | null> {
  const { request, dialect, candidates, protection, content, lifeline } = run;
  const { providerId, model, dialect: upstream, contentType, notes, sent } = head;
  const found = candidates.targets.find(({ target: one }) => one.provider.id === providerId && one.model === model);
  if (found === undefined) return null;
  const facts = answerFactsOf(deps, { requestId: run.exchange.id, request, startedAt: deps.clock.monotonic() });
  const passage = passageBetween(dialect, vendorDialects[upstream], request.operation, { facts });
  passage.goOn(sent);
  const { heavyWork, limits } = deps;
  const reads = { request, dialect, facts, protection, content, lifeline, heavyWork };
  const input = { ...reads, target: found.target, answerBufferBytes: limits.answerBufferBytes };
  // Then it is given away to another thread.
  const isHeavy = Math.max(body.length, request.body.length) > heavyBytes;
  const headers = { "content-type": contentType };
  const pace = isHeavy || run.caching?.isPaced !== true ? null : (head.pace ?? null);
  const source =
    pace === null
      ? new ReplayedAnswer(isHeavy ? Buffer.from(body) : viewOf(body), headers)
      : new PacedReplay(viewOf(body), headers, piecesOf(pace, body.length));
  try {
    return { ...(await receive(input, source, { passage, upstream, notes })), origin: "cache" };
  } catch (error) {
    if (error instanceof UpstreamFailure) return null;
    throw error;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
