// What is looked for in the texts of requests and answers, and what is done about it. Plain data, which crosses to other threads. Pure.

import type { GuardrailAction, GuardrailOnFailure, GuardrailStage } from "@ghostllm/contract";
import type { OpenSecret } from "#domain/secret.ts";

export type GuardrailHolder =
  { readonly kind: "everyone" } | { readonly kind: "key" | "user" | "team"; readonly id: string };

/** Words as they are written, whatever their case, and patterns in the syntax of RE2. */
export interface TextCheck {
  readonly kind: "text";
  readonly words: readonly string[];
  readonly wholeWords: boolean;
  readonly patterns: readonly string[];
  /** What a pattern describes is never longer in streams, in characters. */
  readonly window: number;
}

export interface SizeCheck {
  readonly kind: "size";
  readonly unit: "characters" | "tokens";
  readonly most: number;
}

/** An operator's own server says what is to be done. */
export interface WebhookCheck {
  readonly kind: "webhook";
  readonly url: string;
}

/** The moderation endpoint of a provider, in OpenAI's form. */
export interface ModerationCheck {
  readonly kind: "moderation";
  /** By name. */
  readonly provider: string;
  /** Null: the provider's usual one. */
  readonly model: string | null;
  /** Null: any. */
  readonly categories: readonly string[] | null;
  /** Of the scores; null: what the endpoint itself has decided. */
  readonly threshold: number | null;
}

/** Answers of chats are what a JSON Schema describes. */
export interface SchemaCheck {
  readonly kind: "json-schema";
  /** Null: none of its own. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  /** Beside that, what the request asks for itself. */
  readonly fromRequest: boolean;
}

export type GuardrailCheck = TextCheck | SizeCheck | WebhookCheck | ModerationCheck | SchemaCheck;

/** Somebody else is asked. */
export function isAsked({ check: { kind } }: Pick<Guardrail, "check">): boolean {
  return kind === "webhook" || kind === "moderation";
}

export interface Guardrail {
  readonly id: string;
  readonly name: string;
  readonly holder: GuardrailHolder;
  /** Patterns, as in the permissions of a key; null: whatever is asked. */
  readonly models: readonly string[] | null;
  readonly stage: GuardrailStage;
  readonly check: GuardrailCheck;
  readonly action: GuardrailAction;
  /** What stands in place of what is redacted. */
  readonly replacement: string;
  readonly onFailure: GuardrailOnFailure;
  readonly deadlineMs: number;
}

/** In the snapshot, where secrets are open. */
export interface GuardrailPart extends Guardrail {
  /** By which what a webhook is sent is signed; null where nobody is asked. */
  readonly secret: OpenSecret | null;
}

export function isAt({ stage }: Pick<Guardrail, "stage">, asked: "input" | "output"): boolean {
  return stage === "both" || stage === asked;
}
