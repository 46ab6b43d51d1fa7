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
  /** Absent: false. */
  readonly wantsTexts?: boolean;
}

/** Plain data, but for the body. */
export interface LookedAt {
  readonly hits: Hits;
  /** The same where nothing was redacted. Null where nobody can look into it. */
  readonly body: Buffer | null;
  /** As they are then, in the order in which they stand; none where they are not wanted. */
  readonly texts: readonly string[];
}

export function lookAtBody(guardrails: readonly Guardrail[], asked: BodyToLookAt): LookedAt {
  const look = new TextLook(guardrails);
  const texts: string[] = [];
  const body = editBody(asked, (text) => {
    look.count(text);
    const told = look.isStopped ? null : watched(text, look);
    if (asked.wantsTexts === true) texts.push(told ?? text);
    return told;
  });
  return { hits: look.hits, body, texts };
}

/** The body with these texts in place of its own, which are as many. */
export function withTexts(asked: BodyToLookAt, texts: readonly string[]): Buffer | null {
  let at = 0;
  return editBody(asked, (text) => {
    const told = texts[at++];
    return told === undefined || told === text ? null : told;
  });
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
