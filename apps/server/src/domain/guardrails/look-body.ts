// The texts of a request or of a whole answer, held to the checks that can be made here: its body with what was found in it redacted.

import { editAnswerTexts, editFormTexts, editRequestTexts, watched } from "@ghostllm/llm";
import type { DialectTexts, RequestTextVisitor } from "@ghostllm/llm";
import type { Guardrail } from "./guardrail.ts";
import { TextLook } from "./look.ts";
import type { Hits } from "./look.ts";

export interface BodyToLookAt {
  readonly stage: "input" | "output";
  readonly body: Buffer;
  readonly texts: DialectTexts;
  readonly contentType: string;
  readonly isForm: boolean;
}

/** Plain data, but for the body. */
export interface LookedAt {
  readonly hits: Hits;
  /** The same where nothing was redacted. Null where nobody can look into it. */
  readonly body: Buffer | null;
}

export function lookAtBody(guardrails: readonly Guardrail[], asked: BodyToLookAt): LookedAt {
  const look = new TextLook(guardrails);
  const body = editBody(asked, (text) => {
    look.count(text.length);
    return look.isStopped ? null : watched(text, look);
  });
  return { hits: look.hits, body };
}

/** Null where it cannot be looked into. Names that people and models made up are no texts of theirs. */
function editBody(
  { stage, body, texts, contentType, isForm }: BodyToLookAt,
  edit: (text: string) => string | null,
): Buffer | null {
  if (stage === "output") return editAnswerTexts({ body, contentType, texts }, edit);
  if (body.length === 0) return body;
  const visitor: RequestTextVisitor = { edit, editName: () => null, unreadable: () => undefined };
  if (isForm) return editFormTexts(body, contentType, visitor);
  const written = body.toString("utf8");
  const told = editRequestTexts(written, texts.request, visitor);
  if (told === null) return null;
  return told === written ? body : Buffer.from(told);
}
