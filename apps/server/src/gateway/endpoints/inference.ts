import { GhostError } from "@ghostllm/contract";
import type { ClientEndpoint, Dialect } from "@ghostllm/llm";
import { answerError } from "#gateway/answer-error.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/exchange.ts";
import { execute } from "#gateway/flow/execute.ts";
import { identify } from "#gateway/flow/identify.ts";
import { readBody } from "#gateway/flow/read-body.ts";

/**
 * Serves an operation of a dialect: who calls, what is asked, and then the flow. Errors come in the client's dialect.
 * `model` is the one that the path names, where it does.
 */
export async function serveInference(
  deps: GatewayDeps,
  exchange: Exchange,
  dialect: Dialect,
  { operation, stream, takesForms = false }: ClientEndpoint,
  model?: string,
): Promise<void> {
  deps.events.requestStarted();
  try {
    if (deps.healthBoard.notReadyBecause !== null) {
      throw new GhostError("service_unavailable", `GhostLLM is ${deps.healthBoard.notReadyBecause}.`, {
        retryAfterSeconds: 2,
      });
    }
    const principal = identify(exchange, deps.snapshots.current());
    const body = await readBody(exchange.request, {
      maxBytes: deps.limits.bodyBytes,
      idleMs: deps.timeouts.requestBodyIdleMs,
      takesForms,
    });
    const request = dialect.client.parseRequest(operation, body, {
      query: exchange.query,
      contentType: exchange.header("content-type") ?? "",
      ...(model !== undefined && { model }),
      ...(stream !== undefined && { stream }),
    });
    await execute(deps, { exchange, principal, request, dialect });
  } catch (error) {
    answerError(deps, exchange, error, dialect.client.encodeError);
  } finally {
    deps.events.requestEnded();
  }
}
