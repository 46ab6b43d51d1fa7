import { GhostError } from "@ghostllm/contract";
import type { ClientEndpoint, Dialect } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { execute } from "#gateway/flow/execute.ts";
import type { ExecuteDeps } from "#gateway/flow/execute.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { HeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import type { ParsedElsewhere, ParseJob } from "#gateway/heavy-work/jobs.ts";
import { serveRequest } from "./serve-request.ts";
import type { ServeDeps } from "./serve-request.ts";

type InferenceDeps = ServeDeps & ExecuteDeps;

/** What a dialect's clients ask of models. Longer endings come first, since a model's name may hold anything. */
export function inferenceRoutes(deps: InferenceDeps, dialect: Dialect): readonly Route[] {
  const { encodeError, endpoints } = dialect.client;
  return endpoints.map((endpoint) =>
    routeOf({ method: "POST", encodeError }, endpoint.path, (exchange, model) => {
      const isNamed = endpoint.path.includes("{model}");
      if (isNamed && !model) return answerError(deps.events, exchange, misspelled(), encodeError);
      return serveInference(deps, exchange, dialect, endpoint, model ?? undefined);
    }),
  );
}

function misspelled(): GhostError {
  return new GhostError("model_not_found", "The model's name is not correctly encoded.", { param: "model" });
}

/**
 * Serves an operation of a dialect: who calls, what is asked, and then the flow. Errors come in the client's dialect.
 * `model` is the one that the path names, where it does.
 */
function serveInference(
  deps: InferenceDeps,
  exchange: Exchange,
  dialect: Dialect,
  { operation, stream, takesForms = false }: ClientEndpoint,
  model?: string,
): Promise<void> {
  return serveRequest(deps, exchange, dialect.client.encodeError, async (caller) => {
    const body = await readBody(exchange.request, {
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
    const parsed =
      body.length <= heavyBytes
        ? { request: dialect.client.parseRequest(operation, body, line), demand: null }
        : await parseElsewhere(deps.heavyWork, caller.principal, { dialect: dialect.name, operation, body, line });
    await execute(deps, { exchange, outlet: exchange.outlet, ...caller, dialect, ...parsed });
  });
}

function parseElsewhere(
  heavyWork: HeavyWork,
  { scopes }: Principal,
  job: Omit<ParseJob, "kind" | "isBudgeted">,
): Promise<ParsedElsewhere> {
  const isBudgeted = scopes.some(({ budgetNanos }) => budgetNanos !== null);
  return heavyWork.parse({ ...job, isBudgeted });
}
