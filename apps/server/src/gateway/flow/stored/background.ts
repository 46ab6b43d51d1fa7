// Recording what vendors do in the background: waiting for it, and what is written down when it is over.
// Called by deliver.ts, and by compose/gateway.ts for what nobody asked for in time.

import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest, StoredAnswer, Usage } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import type { ProviderEntry, Snapshot, Target } from "#domain/snapshot.ts";
import type { RequestLimits } from "#config/config.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import { mostTokens } from "#gateway/flow/ask/unanswered.ts";
import { factsOf, finish } from "#gateway/flow/finish.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { Ending, FinishDeps } from "#gateway/flow/finish.ts";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { KeptId, PendingAnswer } from "#link/pending-answers.ts";

/** For the text of an answer whose vendor tells no usage. */
const charactersPerToken = 4;
/** The longest that vendors work on one answer, with time to ask for it. */
export const backgroundLifetimeMs = 6 * 60 * 60 * 1000;

export type WaitingDeps = Pick<GatewayDeps, "pendingAnswers" | "limits" | "clock">;
export type SettlingDeps = FinishDeps & Pick<GatewayDeps, "pendingAnswers" | "snapshots">;

interface Begun extends Pick<PendingAnswer, "httpStatus" | "ttftMs" | "overheadMs"> {
  readonly target: Target;
  readonly stored: StoredAnswer | null;
}

/** The record of a request waits for the end of what it began. False: there is nothing to wait for. */
export function waitForEnd(deps: WaitingDeps, run: Run, begun: Begun): Awaitable<boolean> {
  const { target, stored, ...times } = begun;
  if (stored === null || stored.state !== "open") return false;
  const { provider, model, modelId, prices, contextLength } = target;
  run.content?.end(true);
  const { promptTokens, completionTokens } = unseenUsage(deps.limits, run.request);
  return deps.pendingAnswers.add({
    answerId: stored.id,
    facts: factsOf(run, deps.clock.now()),
    // Not the provider itself, which holds its credential.
    target: { provider: { id: provider.id, name: provider.name }, model, modelId, prices, contextLength },
    ...times,
    promptTokens,
    mostCompletionTokens: completionTokens,
    lifetimeMs: backgroundLifetimeMs,
    ...(run.trail.providers && { providers: run.trail.providers.costs }),
  });
}

/** What somebody who asked for it was shown. */
export interface Shown {
  readonly stored: StoredAnswer | null;
  readonly usage: Usage | null;
  /** The text that the model wrote by then. */
  readonly readText: () => string;
}

/** Answers the cost, where this was the first to show the end of an answer. */
export async function settleShown(deps: SettlingDeps, kept: KeptId, shown: Shown): Promise<number | null> {
  const { stored } = shown;
  if (stored === null || stored.state === "open") return null;
  const pending = await deps.pendingAnswers.take(kept);
  if (pending === undefined) return null;
  return record(deps, pending, endingOf(pending, stored.state, usageOf(pending, stored.state, shown)));
}

/** The answer is deleted: what was used will be told to nobody. */
export async function settleDeleted(deps: SettlingDeps, kept: KeptId): Promise<number | null> {
  const pending = await deps.pendingAnswers.take(kept);
  return pending === undefined ? null : record(deps, pending, unseenEnding(pending));
}

/** Nobody asked in time. */
export async function settleOverdue(deps: SettlingDeps): Promise<void> {
  await settleUnseen(deps, await deps.pendingAnswers.takeOverdue());
}

/** The process ends: nobody can ask it any more, and nobody remembers what vendors still work on. */
export async function settleLast(deps: SettlingDeps): Promise<void> {
  await settleUnseen(deps, await deps.pendingAnswers.takeLast());
}

async function settleUnseen(deps: SettlingDeps, unseen: readonly PendingAnswer[]): Promise<void> {
  for (const pending of unseen) {
    try {
      await record(deps, pending, unseenEnding(pending));
    } catch (error) {
      // It is back among those that wait; the next round tries it again.
      if (!(error instanceof GhostError)) throw error;
    }
  }
}

/** What cannot be written down now is to be found by the next who asks. */
async function record(deps: SettlingDeps, pending: PendingAnswer, ending: Ending): Promise<number | null> {
  const { facts, target, providers } = pending;
  const snapshot = deps.snapshots.current();
  try {
    return await finish(deps, { facts, snapshot, target, provider: providerOf(snapshot, target), ending, providers });
  } catch (error) {
    await deps.pendingAnswers.add(pending);
    throw error;
  }
}

/** Null where it is not in use any more: then nobody was shown anything that it said. */
function providerOf({ providers }: Snapshot, { provider: { id } }: PendingAnswer["target"]): ProviderEntry | null {
  return [...providers.values()].find((provider) => provider.id === id) ?? null;
}

function endingOf(pending: PendingAnswer, state: StoredAnswer["state"], usage: MeasuredUsage): Ending {
  const { httpStatus, ttftMs, overheadMs } = pending;
  const told = { httpStatus, ttftMs, overheadMs, usage };
  if (state === "failed") return { ...told, status: "error", errorCode: "provider_error" };
  return { ...told, status: state === "cancelled" ? "client_abort" : "ok", errorCode: null };
}

/** What a vendor failed it does not charge; of what was cancelled it has read the prompt and written some. */
function usageOf({ promptTokens }: PendingAnswer, state: StoredAnswer["state"], shown: Shown): MeasuredUsage {
  const { usage, readText } = shown;
  if (usage !== null) return { ...usage, estimated: false };
  if (state === "failed") return noUsage;
  const completionTokens = Math.ceil(readText().length / charactersPerToken);
  return { ...noUsage, promptTokens, completionTokens, estimated: true };
}

function unseenEnding(pending: PendingAnswer): Ending {
  const { httpStatus, ttftMs, overheadMs, promptTokens, mostCompletionTokens: completionTokens } = pending;
  const usage = { ...noUsage, promptTokens, completionTokens, estimated: true, isUnseen: true };
  return { status: "timeout", errorCode: null, httpStatus, ttftMs, overheadMs, usage };
}

/** The most that it may have used, as it was reserved: a budget must not be evaded by not asking. */
export function unseenUsage(limits: Pick<RequestLimits, "assumedOutputTokens">, request: ParsedRequest): MeasuredUsage {
  const completionTokens = mostTokens(request, limits.assumedOutputTokens);
  return { ...noUsage, promptTokens: request.promptTokensEstimate, completionTokens, estimated: true, isUnseen: true };
}
