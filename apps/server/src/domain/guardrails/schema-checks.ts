// Answers held to JSON Schemas: what whoever has a thread for it can do. Schemas may be of anybody, and take as long as they like.

import type { ClientDialectName, ParsedRequest, ToldAnswer } from "@ghostllm/llm";
import type { SchemaCheck } from "./guardrail.ts";

/** What does not match: a keyword, and where it stands in the schema. Nothing of the answer. */
export interface SchemaFault {
  /** `json`: it is none. */
  readonly keyword: string;
  readonly place: string;
}

export interface AnswerToCheck {
  readonly check: SchemaCheck;
  readonly dialect: ClientDialectName;
  readonly told: ToldAnswer;
  /** Null: it is not known, and asks for nothing. */
  readonly request: ParsedRequest | null;
}

export interface SchemaChecks {
  /** Null: it matches, or there is nothing that it was to match. Rejects where nobody can say, or not in time. */
  answer(asked: AnswerToCheck, deadlineMs: number): Promise<SchemaFault | null>;
  text(asked: { readonly check: SchemaCheck; readonly text: string }, deadlineMs: number): Promise<SchemaFault | null>;
  /** Why it cannot be used; null where it can. */
  faultOf(schema: Readonly<Record<string, unknown>>): Promise<string | null>;
}

export function wordsOf({ keyword, place }: SchemaFault): string {
  return keyword === "json" ? "it is no JSON" : `it does not match its JSON Schema (${place})`;
}
