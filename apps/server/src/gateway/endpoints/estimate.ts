// `POST /v1/estimate`: what would become of a request of any dialect, by the key that asks. The body is the request itself, for OpenAI's chats,
// or names its path beside it: `{"endpoint": "/v1/messages", "body": {...}}`.

import { GhostError } from "@ghostllm/contract";
import { dialects, findMembers } from "@ghostllm/llm";
import type { ClientEndpoint, Dialect } from "@ghostllm/llm";
import { checkEndpoint } from "#domain/access/key-use.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { estimate } from "#gateway/flow/estimate/estimate.ts";
import type { EstimateDeps } from "#gateway/flow/estimate/estimate.ts";
import { openSession } from "#gateway/flow/session/open-session.ts";
import type { SessionDeps } from "#gateway/flow/session/open-session.ts";
import { namesSession } from "#gateway/flow/session/own-fields.ts";
import { actingFor } from "#gateway/http/acting-for.ts";
import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { identify } from "#gateway/http/identify.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import { keyEndpointOf } from "./key-endpoint.ts";
import { readRequest } from "./parsed-request.ts";
import type { Asking, AskedBody, ReadRequest } from "./parsed-request.ts";

type OwnDeps = Pick<
  GatewayDeps,
  "snapshots" | "steadyTime" | "readiness" | "events" | "heavyWork" | "limits" | "timeouts"
>;
type Deps = EstimateDeps & OwnDeps & SessionDeps;

/** Its members are looked for on the event loop. */
const mostBytes = 1024 * 1024;
const usualPath = "/v1/chat/completions";
const json = { "content-type": "application/json", "cache-control": "no-store" };

export function estimateRoutes(deps: Deps): readonly Route[] {
  const head = { method: "POST", encodeError: encodeForAnybody } as const;
  return [routeOf(head, "/v1/estimate", (exchange) => serveEstimate(deps, exchange))];
}

async function serveEstimate(deps: Deps, exchange: Exchange): Promise<void> {
  let encodeError: (error: GhostError) => string = encodeForAnybody;
  try {
    const { notReadyBecause } = deps.readiness;
    if (notReadyBecause !== null)
      throw new GhostError("service_unavailable", `GhostLLM is ${notReadyBecause}.`, { retryAfterSeconds: 2 });
    const snapshot = deps.snapshots.current();
    const holder = identify(exchange, snapshot, deps.steadyTime);
    exchange.held.key = holder.keyId;
    const { path, body } = unwrap(await readWhole(deps, exchange));
    const endpoint = endpointAt(path);
    const { dialect, operation } = endpoint;
    encodeError = dialect.client.encodeError;
    checkEndpoint(holder, keyEndpointOf(operation));
    const principal = actingFor(exchange, snapshot, holder);
    const line = { query: path.split("?")[1] ?? "", contentType: "application/json", ...endpoint.line };
    const parsed = await readWithSession(deps, { exchange, principal, snapshot }, { dialect, operation, body, line });
    const call = { exchange, outlet: exchange.outlet, principal, snapshot, dialect, line, ...parsed };
    exchange.outlet.answer(200, json, JSON.stringify(await estimate(deps, call)));
  } catch (error) {
    answerError(deps.events, exchange, error, encodeError);
  }
}

/** With what was said before, where it goes on with a session. */
async function readWithSession(deps: Deps, caller: Asking, asked: AskedBody): Promise<ReadRequest> {
  const read = await readRequest(quiet(deps), caller, asked);
  if (!namesSession(caller.exchange, read.request)) return read;
  const { session, body } = await openSession(deps, caller, { ...asked, purpose: "estimate" });
  const whole = await readRequest(quiet(deps), caller, { ...asked, body });
  session.checkRequest(whole.request);
  return whole;
}

function readWhole({ limits, timeouts }: Deps, exchange: Exchange): Promise<Buffer> {
  const maxBytes = Math.min(mostBytes, limits.bodyBytes);
  return readBody(exchange, {
    maxBytes,
    values: limits.bodyValues,
    idleMs: timeouts.requestBodyIdleMs,
    held: exchange.held,
  });
}

/** What it finds in texts is counted when the request is made. */
function quiet({ heavyWork }: Deps) {
  return { heavyWork, events: { personalDataFound: () => {} }, liveEvents: { personalDataRefused: () => {} } };
}

interface Wrapped {
  readonly path: string;
  readonly body: Buffer;
}

interface Place {
  readonly valueStart: number;
  readonly valueEnd: number;
}

const longestPath = 1_000;

/** No dialect's request has a `body`. */
function unwrap(whole: Buffer): Wrapped {
  const members = findMembers(whole) ?? [];
  const body = members.find(({ key }) => key === "body");
  if (body === undefined) return { path: usualPath, body: whole };
  const endpoint = members.find(({ key }) => key === "endpoint");
  const path = endpoint === undefined ? usualPath : textAt(whole, endpoint);
  return { path, body: Buffer.from(whole.subarray(body.valueStart, body.valueEnd)) };
}

function textAt(whole: Buffer, { valueStart, valueEnd }: Place): string {
  if (valueEnd - valueStart > longestPath) throw noEndpoint();
  try {
    const value: unknown = JSON.parse(whole.toString("utf8", valueStart, valueEnd));
    if (typeof value === "string") return value;
  } catch {
    // What is within a value was not looked at before.
  }
  throw noEndpoint();
}

interface Known extends ClientEndpoint {
  readonly dialect: Dialect;
  readonly pattern: RegExp;
}

const known = Object.values(dialects).flatMap((dialect: Dialect): Known[] =>
  // Longer endings come first, since a model's name may hold anything.
  dialect.client.endpoints.map((endpoint) => ({ ...endpoint, dialect, pattern: patternOf(endpoint.path) })),
);

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace("{model}", "(.+)")}$`);
}

/** With what the path says in place of the body. */
function endpointAt(path: string) {
  const [bare = ""] = path.split("?", 1);
  for (const { dialect, operation, pattern, stream } of known) {
    const found = pattern.exec(bare);
    if (found === null) continue;
    const model = found[1] === undefined ? undefined : decodeModel(found[1]);
    return {
      dialect,
      operation,
      line: { ...(model !== undefined && { model }), ...(stream !== undefined && { stream }) },
    };
  }
  throw noEndpoint();
}

function decodeModel(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new GhostError("model_not_found", "The model's name is not correctly encoded.", { param: "model" });
  }
}

function noEndpoint(): GhostError {
  const message = `'endpoint' is the path of a request to a model, such as ${usualPath}, and 'body' what is sent there.`;
  return new GhostError("invalid_request_error", message, { param: "endpoint" });
}
