import { GhostError } from "@ghostllm/contract";
import type { Dialect } from "@ghostllm/llm";
import { answerError } from "#gateway/http/answer-error.ts";
import type { ErrorEvents } from "#gateway/http/answer-error.ts";
import type { RestOfPaths } from "#gateway/http/route.ts";

/** A path of a dialect that has no others of ours beside its own is answered in that dialect. */
export function restOf(events: ErrorEvents, { client: { unserved, encodeError } }: Dialect): readonly RestOfPaths[] {
  if (unserved === undefined) return [];
  const { prefix, reasons } = unserved;
  return [
    {
      prefix,
      serve(exchange) {
        const [named = ""] = exchange.path.slice(prefix.length).split("/");
        const reason = reasons[named] ?? `There is no ${exchange.path} here.`;
        answerError(events, exchange, new GhostError("not_found", reason), encodeError);
      },
    },
  ];
}
