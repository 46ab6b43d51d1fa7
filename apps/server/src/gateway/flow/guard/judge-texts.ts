// The checks that somebody else makes of texts, one after the other: each sees what the one before has left.

import { GhostError } from "@ghostllm/contract";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { Run } from "#gateway/flow/call.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";
import { askCheck } from "./ask-checks.ts";
import type { AskDeps, Question, Verdict } from "./question.ts";
import type { Guarding, Stage } from "./guarding.ts";

export interface Judging {
  readonly stage: Stage;
  readonly guarding: Guarding;
  readonly guardrails: readonly GuardrailPart[];
  readonly texts: readonly string[];
  readonly isPart: boolean;
  readonly onCall: (call: Pick<UpstreamCall, "abort">) => void;
}

export interface Judged {
  readonly refusal: GhostError | null;
  /** As they may be told; the same where none was redacted. */
  readonly texts: readonly string[];
}

export async function judgeTexts(deps: AskDeps, run: Run, judging: Judging): Promise<Judged> {
  const { guardrails, guarding, stage } = judging;
  let { texts } = judging;
  for (const guardrail of guardrails) {
    if (texts.every((text) => text === "")) break;
    const verdict = await ask(deps, run, guardrail, { ...judging, texts });
    if (run.lifeline.severedBy !== null) throw gone(run);
    const refusal =
      verdict === null ? guarding.fail(stage, guardrail) : guarding.noteVerdict(stage, guardrail, verdict);
    if (refusal !== null) return { refusal, texts };
    if (verdict?.outcome === "redact" && guardrail.action !== "flag")
      texts = texts.map((text, at) => verdict.texts[at] ?? text);
  }
  return { refusal: null, texts };
}

export function gone({ lifeline }: Pick<Run, "lifeline">): GhostError {
  return lifeline.failure ?? new GhostError("provider_error", "The client left.");
}

/** Null where no verdict came, for whatever reason. */
async function ask(deps: AskDeps, run: Run, guardrail: GuardrailPart, judging: Judging): Promise<Verdict | null> {
  const { stage, texts, isPart, onCall } = judging;
  const { principal, exchange, candidates, snapshot } = run;
  const { keyId, userId, teamId } = principal;
  const hide = hiderOf(run);
  const question: Question = {
    ...{ stage, isPart, requestId: exchange.id, model: candidates.requested, keyId, userId, teamId },
    ...{ texts: texts.map(hide.away), providers: snapshot.providers },
  };
  try {
    const verdict = await askCheck(deps, guardrail, question, onCall);
    // What has been told of a stream cannot be told otherwise: what is not to be told of an answer as it is, is not told.
    if (stage === "output" && verdict.outcome === "redact") return { ...verdict, outcome: "block" };
    return { ...verdict, texts: verdict.texts.map((text) => (text === null ? null : hide.back(text))) };
  } catch {
    return null;
  }
}

interface Hider {
  away(text: string): string;
  back(text: string): string;
}

/** What a privacy policy keeps from vendors it keeps from these as well. */
function hiderOf({ protection }: Pick<Run, "protection">): Hider {
  const placeholders = [...(protection?.placeholders ?? [])];
  return {
    away: (text) => placeholders.reduce((told, [placeholder, own]) => told.replaceAll(own, () => placeholder), text),
    back: (text) => placeholders.reduce((told, [placeholder, own]) => told.replaceAll(placeholder, () => own), text),
  };
}
