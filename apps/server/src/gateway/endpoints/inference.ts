import { GhostError } from "@ghostllm/contract";
import type { KeyEndpoint } from "@ghostllm/contract";
import type { ClientEndpoint, Dialect } from "@ghostllm/llm";
import type { Exchange } from "#gateway/http/exchange.ts";
import { execute } from "#gateway/flow/execute.ts";
import type { ExecuteDeps } from "#gateway/flow/execute.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import { keyEndpointOf } from "./key-endpoint.ts";
import { readRequest } from "./parsed-request.ts";
import { serveRequest } from "./serve-request.ts";
import type { ServeDeps } from "./serve-request.ts";

type InferenceDeps = ServeDeps & ExecuteDeps;

/** What a dialect's clients ask of models. Longer endings come first, since a model's name may hold anything. */
export function inferenceRoutes(deps: InferenceDeps, dialect: Dialect): readonly Route[] {
  const { encodeError, endpoints } = dialect.client;
  return endpoints.map((endpoint) => {
    const serving = { dialect, ...endpoint, endpoint: keyEndpointOf(endpoint.operation) };
    return routeOf({ method: "POST", encodeError }, endpoint.path, (exchange, model) => {
      const isNamed = endpoint.path.includes("{model}");
      if (isNamed && !model) return answerError(deps.events, exchange, misspelled(), encodeError);
      return serveInference(deps, exchange, serving, model ?? undefined);
    });
  });
}

function misspelled(): GhostError {
  return new GhostError("model_not_found", "The model's name is not correctly encoded.", { param: "model" });
}

interface Serving extends ClientEndpoint {
  readonly dialect: Dialect;
  readonly endpoint: KeyEndpoint;
}

/**
 * Serves an operation of a dialect: who calls, what is asked, and then the flow. Errors come in the client's dialect.
 * `model` is the one that the path names, where it does.
 */
function serveInference(
  deps: InferenceDeps,
  exchange: Exchange,
  { dialect, endpoint, operation, stream, takesForms = false }: Serving,
  model?: string,
): Promise<void> {
  const { encodeError } = dialect.client;
  return serveRequest(deps, exchange, { endpoint, encodeError }, async (caller) => {
    const body = await readBody(exchange, {
      maxBytes: deps.limits.bodyBytes,
      values: deps.limits.bodyValues,
      idleMs: deps.timeouts.requestBodyIdleMs,
      takesForms,
      held: exchange.held,
    });
    const line = {
      query: exchange.query,
      contentType: exchange.header("content-type") ?? "",
      ...(model !== undefined && { model }),
      ...(stream !== undefined && { stream }),
    };
    const read = readRequest(deps, { exchange, ...caller }, { dialect, operation, body, line });
    const parsed = read instanceof Promise ? await read : read;
    await execute(deps, { exchange, outlet: exchange.outlet, ...caller, dialect, ...parsed });
  });
}
