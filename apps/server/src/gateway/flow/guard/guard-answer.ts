// Holds an answer to the guardrails, wherever it comes from: a vendor, what was told before, or what a vendor keeps. Called by run.ts.

import { GhostError } from "@ghostllm/contract";
import { hasTexts } from "@ghostllm/llm";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Answer, StreamAnswer, WholeAnswer } from "#gateway/flow/answer/answer.ts";
import type { Run } from "#gateway/flow/call.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";
import { isAsked } from "#domain/guardrails/guardrail.ts";
import { checkSchemas, schemasFor } from "./check-schemas.ts";
import type { SchemaDeps } from "./check-schemas.ts";
import type { AskDeps } from "./question.ts";
import { GuardedStream } from "./guarded-stream.ts";
import type { JudgeParts } from "./asked-parts.ts";
import type { Guarding } from "./guarding.ts";
import { judgeTexts } from "./judge-texts.ts";
import { lookAt } from "./look-at.ts";

export type GuardAnswerDeps = Pick<GatewayDeps, "heavyWork" | "limits"> & AskDeps & SchemaDeps;

/** As the client may be told it. */
export async function guardAnswer(deps: GuardAnswerDeps, run: Run, answer: Answer): Promise<Answer> {
  const { guarding } = run;
  const guardrails = guarding === null ? [] : heldFor(run, guarding);
  if (run.realtime !== undefined) return answer;
  if (guarding === null || guardrails.length === 0 || !hasTexts(typeOf(answer))) return answer;
  return answer.kind === "whole"
    ? guardWhole(deps, run, answer, { guarding, guardrails })
    : guardStream(deps, run, answer, { guarding, guardrails });
}

/** Without schemas where they are no matter. */
function heldFor(run: Run, guarding: Guarding): readonly GuardrailPart[] {
  const held = guarding.at("output");
  if (!held.some(({ check }) => check.kind === "json-schema")) return held;
  return schemasFor(guarding, run).length > 0 ? held : held.filter(({ check }) => check.kind !== "json-schema");
}

interface Held {
  readonly guarding: Guarding;
  readonly guardrails: readonly GuardrailPart[];
}

/** What a vendor says of a failure is none of a model's words. */
async function guardWhole(
  deps: GuardAnswerDeps,
  run: Run,
  answer: WholeAnswer,
  { guarding, guardrails }: Held,
): Promise<Answer> {
  if (answer.error !== null) return answer;
  const { dialect } = run;
  const asked = guardrails.filter(isAsked);
  const contentType = typeOf(answer);
  const looked = await lookAt(deps, guardrails, {
    ...{ stage: "output", body: Buffer.from(answer.body), contentType, dialect },
    ...{ isForm: false, wantsTexts: asked.length > 0 },
  });
  let blocked = guarding.note("output", guardrails, looked.hits);
  if (blocked === null && asked.length > 0) {
    const judging = { stage: "output", guarding, guardrails: asked, texts: looked.texts, isPart: false } as const;
    const judged = await judgeTexts(deps, run, { ...judging, onCall: (call) => run.lifeline.hold(call) });
    blocked = judged.refusal;
  }
  const schemas = schemasFor(guarding, run);
  if (blocked === null && schemas.length > 0)
    blocked = await checkSchemas(deps, run, schemas, { body: looked.body ?? answer.body, contentType });
  if (blocked !== null) return withheld(answer, blocked, dialect);
  if (looked.body === null || looked.body.equals(answer.body)) return answer;
  if (hearsAnew(run)) {
    run.content?.hear(looked.body, contentType);
    guarding.isHeard = true;
  }
  return { ...answer, body: looked.body };
}

/** What is stored of an answer has placeholders in it: where there are any, what was redacted is not stored. */
function hearsAnew({ content, protection }: Run): boolean {
  return content?.keepsAnswer === true && (protection?.restorer ?? null) === null;
}

/** The client is told why it is told nothing; what the vendor used is known all the same. */
function withheld(answer: WholeAnswer, { code, message, status }: GhostError, { client }: Run["dialect"]): WholeAnswer {
  return {
    ...answer,
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(client.encodeError(new GhostError(code, message))),
    turn: null,
    error: { code, message, status, isElsewhere: false },
    withheld: { status: answer.status, body: answer.body },
  };
}

/** A document that is told as it comes, since it is too large to be held, cannot be looked into. */
function guardStream(
  deps: GuardAnswerDeps,
  run: Run,
  answer: StreamAnswer,
  { guarding, guardrails }: Held,
): StreamAnswer {
  const { dialect, request, content } = run;
  const isEvents = answer.tap.isEventStream || request.stream;
  const refusal = isEvents ? null : guarding.failAll("output", guardrails);
  if (!isEvents && refusal === null) return answer;
  const guarded = new GuardedStream({
    answer,
    dialect,
    guarding,
    guardrails,
    refusal,
    ...judgesOf(deps, run, answer),
  }).answer();
  if (content === null || !hearsAnew(run)) return guarded;
  guarding.isHeard = true;
  return { ...guarded, tap: content.listenTo(guarded.tap, answer.tap.contentType ?? typeOf(answer)) };
}

/** In parts, as they come; what is held to a schema when all of it is there. */
function judgesOf(deps: GuardAnswerDeps, run: Run, answer: StreamAnswer) {
  const schemas = run.guarding === null ? [] : schemasFor(run.guarding, run);
  const isNamed = schemas.length > 0;
  const contentType = answer.tap.contentType ?? typeOf(answer);
  return {
    judge: judgeOf(deps, run, answer),
    whole: isNamed
      ? {
          mostBytes: deps.limits.answerBufferBytes,
          judge: (body: Buffer) => checkSchemas(deps, run, schemas, { body, contentType }),
          isTooLarge: () =>
            schemas.reduce<GhostError | null>((error, one) => run.guarding?.fail("output", one) ?? error, null),
        }
      : null,
  };
}

function judgeOf(deps: GuardAnswerDeps, run: Run, { source }: StreamAnswer): JudgeParts {
  const { guarding, lifeline } = run;
  const asked = (guarding?.at("output") ?? []).filter(isAsked);
  if (guarding === null || asked.length === 0) return null;
  return async ({ texts, isPart, onCall }) => {
    const hold = (call: Pick<UpstreamCall, "abort">): void => {
      onCall(call);
      lifeline.hold({ abort: () => [call, source].forEach((one) => one.abort()) });
    };
    const judging = { stage: "output", guarding, guardrails: asked, texts, isPart, onCall: hold } as const;
    return (await judgeTexts(deps, run, judging)).refusal;
  };
}

function typeOf({ headers }: Answer): string {
  return String(headers["content-type"] ?? "application/json");
}
