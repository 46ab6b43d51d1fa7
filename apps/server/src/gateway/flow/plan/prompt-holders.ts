// Which target has answered a conversation last: its vendor may have kept the prompt, and reads it again for less, and sooner. Of each gateway
// by itself. Invariant: bounded, and of what people say it knows a digest alone.

import { hash } from "node:crypto";
import { crossesAs, openingOf } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import { pathOf } from "#domain/target-path.ts";
import type { Target } from "#domain/snapshot.ts";

/** Vendors keep shorter prompts not at all. */
const leastTokens = 1_024;
/** Since the last answer: most vendors keep prompts for five to ten minutes. */
const lifetimeMs = 10 * 60_000;
const mostConversations = 10_000;

interface Held {
  readonly path: string;
  /** By the monotonic clock. */
  readonly at: number;
}

export class PromptHolders {
  readonly #held = new Map<string, Held>();

  /** The path of a target; null where nobody may have it any more. */
  find(conversation: string, now: number): string | null {
    const found = this.#held.get(conversation);
    return found === undefined || now - found.at > lifetimeMs ? null : found.path;
  }

  note(conversation: string, target: Target, now: number): void {
    this.#held.delete(conversation);
    const [oldest] = this.#held.keys();
    if (oldest !== undefined && this.#held.size >= mostConversations) this.#held.delete(oldest);
    this.#held.set(conversation, { path: pathOf(target), at: now });
  }
}

interface Asked {
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect["name"];
  readonly opening: Dialect["client"]["opening"];
  readonly caller: string;
}

export interface Conversation {
  /** The same for all of its requests. */
  readonly name: string;
  /** The model has answered before: who has done so may have kept it. */
  readonly isContinued: boolean;
}

/** Null: it is none, or too short to be kept by any vendor. */
export function conversationOf({ request, dialect, opening, caller }: Asked): Conversation | null {
  if (request.promptTokensEstimate < leastTokens) return null;
  if (crossesAs(request.operation) !== "chat.completions") return null;
  const found = openingOf(request, opening);
  if (found === null) return null;
  const name = hash("sha256", JSON.stringify([caller, dialect, found.texts]), "base64url");
  return { name, isContinued: found.isContinued };
}
