// A guardrail that asks somebody else, asked about one text that is of no request. Handed to control by compose.

import { newId } from "@ghostllm/contract";
import type { AskGuardrail } from "#domain/guardrails/asker.ts";
import type { SnapshotReader } from "#domain/snapshot.ts";
import { askCheck } from "./ask-checks.ts";
import type { AskDeps } from "./question.ts";

export function askerAlone(deps: AskDeps & { readonly snapshots: SnapshotReader }): AskGuardrail {
  return async (guardrail, { stage, text }) => {
    const { providers } = deps.snapshots.current();
    const nobody = { requestId: newId(deps.clock.now()), model: "", keyId: "", userId: "", teamId: null };
    const question = { stage, texts: [text], isPart: false, providers, ...nobody };
    const { outcome, texts } = await askCheck(deps, guardrail, question, () => undefined);
    // As in answers: nobody else redacts there.
    if (outcome === "redact" && stage === "output") return { outcome: "block", text: null };
    return { outcome, text: texts[0] ?? null };
  };
}
