import { randomUUID } from "node:crypto";
import type { ConsentQuestion } from "#link/consents.ts";

/** A request that a policy holds. */
export function makeQuestion(
  change: Pick<ConsentQuestion, "keyId" | "userId"> & Partial<ConsentQuestion>,
): ConsentQuestion {
  return {
    ...{ requestId: randomUUID(), teamId: null, fingerprint: randomUUID(), model: "gpt-9" },
    ...{ operation: "chat.completions", dialect: "openai-chat", costNanos: 5, promptTokens: 7, found: [] },
    policies: [{ id: "p", name: "dear models" }],
    validMs: 60_000,
    ...change,
  };
}
