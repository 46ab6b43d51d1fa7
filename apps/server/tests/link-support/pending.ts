import type { PendingAnswer } from "#link/pending-answers.ts";

export function makePending(answerId: string, providerId = "p"): PendingAnswer {
  return {
    answerId,
    facts: {
      id: `request of ${answerId}`,
      createdAt: 1,
      userId: "ann",
      apiKeyId: "k",
      teamId: null,
      organisationId: null,
      requestedModel: "m",
      dialect: "openai-responses",
      operation: "responses",
      streamed: false,
      unansweredAttempts: 0,
      unansweredTokens: 0,
      unansweredCostNanos: 0,
      latencyMs: 5,
      attempts: 1,
      trail: null,
      privacy: null,
      content: null,
      ipAddress: null,
      userAgent: null,
      budgetPeriods: null,
      ...{ downgradedTo: null, shadow: false, sessionId: null, cache: null, why: null },
    },
    target: {
      provider: { id: providerId, name: "openai" },
      model: "m",
      modelId: null,
      prices: null,
      contextLength: null,
    },
    httpStatus: 200,
    ttftMs: 3,
    overheadMs: 1,
    promptTokens: 10,
    mostCompletionTokens: 20,
    lifetimeMs: 6 * 60 * 60 * 1000,
  };
}
