// Recording what vendors do in the background: waiting for it, and what is written down when it is over.
// Called by deliver.ts and forward.ts, and by compose.ts for what nobody asked for in time.

import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest, StoredAnswer, Usage } from "@ghostllm/llm";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { BackgroundRun } from "./background-runs.ts";
import { backgroundLifetimeMs } from "./background-runs.ts";
import { mostTokens } from "#gateway/flow/ask/unanswered.ts";
import { finish } from "#gateway/flow/finish.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { Ending, FinishInput } from "#gateway/flow/finish.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";

/** For the text of an answer whose vendor tells no usage. */
const charactersPerToken = 4;

type Begun = Omit<FinishInput, "ending" | "snapshot" | "target"> &
  Pick<BackgroundRun, "target" | "httpStatus" | "ttftMs" | "overheadMs">;

/** The record of a request waits for the end of what it began. False: there is nothing to wait for. */
export function waitForEnd({ backgroundRuns, clock }: GatewayDeps, begun: Begun, stored: StoredAnswer | null): boolean {
  const { exchange, principal, request, candidates, target, trail, httpStatus, ttftMs, overheadMs } = begun;
  if (request.kept?.isBackground !== true || stored === null || stored.state !== "open") return false;
  const elapsedMs = exchange.elapsedMs();
  const { id, startedAt, ipAddress, userAgent } = exchange;
  return backgroundRuns.add({
    answerId: stored.id,
    ...{ principal, candidates, target, httpStatus, ttftMs, overheadMs },
    // Not the exchange itself, which would hold its socket, nor the body, which may be large.
    exchange: { id, startedAt, ipAddress, userAgent, elapsedMs: () => elapsedMs },
    request: { ...request, body: Buffer.alloc(0), members: null },
    attempts: trail.attempts,
    unanswered: trail.unanswered ?? [],
    expiresAt: clock.monotonic() + backgroundLifetimeMs,
  });
}

/** An answer that a vendor keeps. */
export interface KeptId {
  readonly providerId: string;
  readonly answerId: string;
}

/** What somebody who asked for it was shown. */
export interface Shown {
  readonly stored: StoredAnswer | null;
  readonly usage: Usage | null;
  /** The text that the model wrote by then. */
  readonly readText: () => string;
}

/** Answers the cost, where this was the first to show the end of an answer. */
export async function settleShown(deps: GatewayDeps, kept: KeptId, shown: Shown): Promise<number | null> {
  const { stored } = shown;
  if (stored === null || stored.state === "open") return null;
  const run = deps.backgroundRuns.take(kept);
  return run === undefined ? null : record(deps, run, endingOf(run, stored.state, usageOf(run, stored.state, shown)));
}

/** The answer is deleted: what was used will be told to nobody. */
export async function settleDeleted(deps: GatewayDeps, kept: KeptId): Promise<number | null> {
  const run = deps.backgroundRuns.take(kept);
  return run === undefined ? null : record(deps, run, unseenEnding(deps, run));
}

/** Nobody asked in time. `now` is Infinity where the process ends: nobody can ask it any more. */
export async function settleOverdue(deps: GatewayDeps, now: number): Promise<void> {
  for (const run of deps.backgroundRuns.takeOverdue(now)) {
    try {
      await record(deps, run, unseenEnding(deps, run));
    } catch (error) {
      // It is back among those that wait; the next round tries it again.
      if (!(error instanceof GhostError)) throw error;
    }
  }
}

/** What cannot be written down now is to be found by the next who asks. */
async function record(deps: GatewayDeps, run: BackgroundRun, ending: Ending): Promise<number | null> {
  try {
    return await finish(deps, { ...run, snapshot: deps.snapshots.current(), trail: run, ending });
  } catch (error) {
    deps.backgroundRuns.add(run);
    throw error;
  }
}

function endingOf(run: BackgroundRun, state: StoredAnswer["state"], usage: MeasuredUsage): Ending {
  const { httpStatus, ttftMs, overheadMs } = run;
  const told = { httpStatus, ttftMs, overheadMs, usage };
  if (state === "failed") return { ...told, status: "error", errorCode: "provider_error" };
  return { ...told, status: state === "cancelled" ? "client_abort" : "ok", errorCode: null };
}

/** What a vendor failed it does not charge; of what was cancelled it has read the prompt and written some. */
function usageOf({ request }: BackgroundRun, state: StoredAnswer["state"], { usage, readText }: Shown): MeasuredUsage {
  if (usage !== null) return { ...usage, estimated: false };
  if (state === "failed") return noUsage;
  const completionTokens = Math.ceil(readText().length / charactersPerToken);
  return { ...noUsage, promptTokens: request.promptTokensEstimate, completionTokens, estimated: true };
}

function unseenEnding(deps: GatewayDeps, run: BackgroundRun): Ending {
  const { httpStatus, ttftMs, overheadMs } = run;
  const usage = unseenUsage(deps, run.request);
  return { status: "timeout", errorCode: null, httpStatus, ttftMs, overheadMs, usage };
}

/** The most that it may have used, as it was reserved: a budget must not be evaded by not asking. */
export function unseenUsage({ limits }: GatewayDeps, request: ParsedRequest): MeasuredUsage {
  const completionTokens = mostTokens(request, limits.assumedOutputTokens);
  return { ...noUsage, promptTokens: request.promptTokensEstimate, completionTokens, estimated: true, isUnseen: true };
}
