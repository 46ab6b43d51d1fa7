import type { AnswerFacts, ParsedRequest } from "@ghostllm/llm";
import type { GatewayDeps } from "#gateway/deps.ts";

interface Asked {
  readonly requestId: string;
  readonly request: Pick<ParsedRequest, "model">;
  /** By the monotonic clock. */
  readonly startedAt: number;
}

/** What is known of an answer before a word of it has come. */
export function answerFactsOf(
  { clock, answers }: Pick<GatewayDeps, "clock" | "answers">,
  { requestId, request, startedAt }: Asked,
): AnswerFacts {
  return {
    requestId,
    nowSeconds: Math.floor(clock.now() / 1000),
    elapsedMs: () => clock.monotonic() - startedAt,
    ...(answers.model === "asked" && { toldModel: request.model }),
  };
}
