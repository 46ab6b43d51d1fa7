import { GhostError } from "@ghostllm/contract";
import type { KeyEndpoint } from "@ghostllm/contract";
import type { ClientEndpoint, Dialect } from "@ghostllm/llm";
import type { Exchange } from "#gateway/http/exchange.ts";
import { execute } from "#gateway/flow/execute.ts";
import type { ExecuteDeps, InferenceCall } from "#gateway/flow/execute.ts";
import { openSession } from "#gateway/flow/session/open-session.ts";
import type { SessionDeps } from "#gateway/flow/session/open-session.ts";
import { namesSession } from "#gateway/flow/session/own-fields.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import { resume } from "#gateway/streams/resumption.ts";
import type { ResumptionDeps } from "#gateway/streams/resumption.ts";
import { placeToGoOn } from "#gateway/streams/stream-place.ts";
import { keyEndpointOf } from "./key-endpoint.ts";
import { readRequest } from "./parsed-request.ts";
import type { AskedBody } from "./parsed-request.ts";
import { serveRequest } from "./serve-request.ts";
import { resumableOutletOf } from "./streams.ts";
import type { ResumableDeps } from "./streams.ts";
import type { ServeDeps } from "./serve-request.ts";

type InferenceDeps = ServeDeps & ExecuteDeps & ResumableDeps & ResumptionDeps & SessionDeps;

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
  { dialect, endpoint, path, operation, stream, takesForms = false }: Serving,
  model?: string,
): Promise<void> {
  const { encodeError } = dialect.client;
  return serveRequest(deps, exchange, { endpoint, encodeError, route: path }, async (caller) => {
    const place = placeToGoOn(exchange);
    if (place !== null) return resume(deps, { exchange, ...caller, place });
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
    const asked = { dialect, operation, body, line };
    const read = readRequest(deps, { exchange, ...caller }, asked);
    const parsed = read instanceof Promise ? await read : read;
    const resumable = resumableOutletOf(deps, { exchange, ...caller, dialect, body });
    const call = { exchange, outlet: resumable ?? exchange.outlet, ...caller, dialect };
    try {
      if (namesSession(exchange, parsed.request)) await serveSession(deps, call, asked);
      else await execute(deps, { ...call, line, ...parsed });
    } finally {
      resumable?.release();
    }
  });
}

type Call = Pick<InferenceCall, "exchange" | "outlet" | "principal" | "snapshot" | "dialect">;

/** What was found in its own texts has been counted, and what is from the session was looked into before. */
const quiet = { events: { personalDataFound: () => {} }, liveEvents: { personalDataRefused: () => {} } };

async function serveSession(deps: InferenceDeps, call: Call, asked: AskedBody): Promise<void> {
  const { session, body } = await openSession(deps, call, asked);
  try {
    const parsed = await readRequest({ ...deps, ...quiet }, call, { ...asked, body });
    session.checkRequest(parsed.request);
    await execute(deps, { ...call, line: asked.line, ...parsed, session });
  } finally {
    session.leave();
  }
}
