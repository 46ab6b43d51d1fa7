// Serves what vendors keep for clients under ids: answers, files, batches. The model is named nowhere, so the id, or a header,
// leads to the provider; and since the vendor knows the operator alone, who may see what is decided here.

import { GhostError } from "@ghostllm/contract";
import { findMembers } from "@ghostllm/llm";
import type { Dialect, StoredObjects, StoredRoute } from "@ghostllm/llm";
import { reach } from "#domain/access/may.ts";
import { limitsSpending, modelRulesOf } from "#domain/principal.ts";
import type { Principal } from "#domain/principal.ts";
import { routingHeader } from "#domain/routing/routing.ts";
import { routingOfHeader, takeRouting } from "#domain/routing/take-routing.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { forward } from "#gateway/flow/stored/forward.ts";
import type { ForwardCall, ForwardDeps } from "#gateway/flow/stored/forward.ts";
import { refuseSession } from "#gateway/flow/session/own-fields.ts";
import { guardOf, protect } from "#gateway/flow/protection.ts";
import type { Caller, ProtectionDeps } from "#gateway/flow/protection.ts";
import { findHolder, providerHeader } from "#gateway/flow/stored/holder.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import { keyEndpointOf } from "./key-endpoint.ts";
import { serveRequest } from "./serve-request.ts";
import type { ServeDeps } from "./serve-request.ts";

type StoredDeps = ServeDeps & ForwardDeps & ProtectionDeps;

interface StoredEndpoint {
  readonly dialect: Dialect;
  readonly objects: StoredObjects;
  readonly route: StoredRoute;
}

export function storedRoutes(deps: StoredDeps, dialect: Dialect): readonly Route[] {
  return (dialect.client.stored ?? []).flatMap((objects) =>
    objects.routes.map((route) => storedRoute(deps, { dialect, objects, route })),
  );
}

/** What vendors may call an object; no dots alone, which would lead to another path. */
const idPattern = /^[\w-][\w.:~=-]{0,255}$/;

function storedRoute(deps: StoredDeps, endpoint: StoredEndpoint): Route {
  const { dialect, objects, route } = endpoint;
  const { encodeError } = dialect.client;
  const path = objects.path + route.behind;
  return routeOf({ method: route.method, encodeError }, path, (exchange, id) => {
    if (!path.includes("{id}")) return serveStored(deps, exchange, endpoint, null);
    if (id !== null && idPattern.test(id)) return serveStored(deps, exchange, endpoint, id);
    const unknown = new GhostError("not_found", "There is no object of this name.");
    return answerError(deps.events, exchange, unknown, encodeError);
  });
}

/** `id` is the one in the path, decoded; null where the path has none. */
function serveStored(
  deps: StoredDeps,
  exchange: Exchange,
  { dialect, objects, route }: StoredEndpoint,
  id: string | null,
): Promise<void> {
  const { encodeError } = dialect.client;
  const served = { endpoint: keyEndpointOf(objects.operation), encodeError, route: objects.path + route.behind };
  return serveRequest(deps, exchange, served, async (caller) => {
    const { principal, snapshot } = caller;
    refuseOwnFields(exchange, objects, Buffer.alloc(0));
    if (objects.isUnbounded) checkUnbounded(principal, objects);
    if (id === null && route.method === "GET") checkList(principal, objects);
    const query = {
      snapshot,
      owners: deps.owners,
      principal,
      dialect: dialect.name,
      objects,
      id,
      named: exchange.header(providerHeader),
    };
    // Found before the body is read: what is not there takes no files.
    const known = id === null ? null : await findHolder({ ...query, references: [] });
    const body = route.method === "POST" ? await readWholeBody(deps, exchange, route) : null;
    if (body !== null && !isForm(exchange)) refuseOwnFields(exchange, objects, body);
    const references = id === null && body !== null ? objects.readReferences(body) : [];
    const holder = known ?? (await findHolder({ ...query, references }));
    const { outlet } = exchange;
    const given = protectStored(deps, { exchange, principal, dialect, body });
    await forward(deps, { exchange, outlet, ...caller, dialect, objects, route, id, holder, ...given });
  });
}

/** The id leads there, and nothing else; and none of it is a chat. */
function refuseOwnFields(exchange: Exchange, { operation }: StoredObjects, body: Buffer): void {
  const header = exchange.header(routingHeader);
  if (header !== undefined) routingOfHeader(header, operation, null);
  const said = { operation, body, members: findMembers(body) };
  takeRouting(said);
  refuseSession(exchange, said);
}

interface StoredBody extends Caller {
  readonly dialect: Dialect;
  readonly body: Buffer | null;
}

/** A document that describes an object has texts as well; of a form, its file is what nobody looks into. */
function protectStored(
  deps: ProtectionDeps,
  { dialect, body, ...caller }: StoredBody,
): Pick<ForwardCall, "body" | "protection"> {
  const guard = guardOf(caller.principal);
  if (guard === null || body === null || body.length === 0) return { body, protection: null };
  const type = caller.exchange.header("content-type") ?? "";
  const contentType = /^multipart\//i.test(type) ? type : undefined;
  return protect(deps, caller, guard, { body, texts: dialect.client.texts.request, contentType });
}

/** A document that describes an object is small; a form brings the object itself, which nobody reads here. */
const bytesOfDescription = heavyBytes;

function isForm(exchange: Exchange): boolean {
  return /^multipart\//i.test(exchange.header("content-type") ?? "");
}

function readWholeBody(
  { limits, timeouts }: Pick<StoredDeps, "limits" | "timeouts">,
  exchange: Exchange,
  route: StoredRoute,
) {
  const takesForms = route.takesForms === true;
  const maxBytes = takesForms && isForm(exchange) ? limits.bodyBytes : Math.min(limits.bodyBytes, bytesOfDescription);
  return readBody(exchange, {
    ...{ maxBytes, values: limits.bodyValues, idleMs: timeouts.requestBodyIdleMs, held: exchange.held },
    takesForms,
  });
}

/** A list of requests for later runs any model at any cost, which is told to nobody. */
function checkUnbounded(principal: Principal, { operation }: StoredObjects): void {
  const { publicId, scopes } = principal;
  const limit =
    modelRulesOf(principal).length > 0
      ? "is limited to some models"
      : scopes.some(limitsSpending)
        ? "has a budget, or its user or team has one"
        : null;
  if (limit === null) return;
  throw new GhostError(
    "permission_denied",
    `The API key ${publicId} ${limit}. Vendors run batches of requests outside of both, so ${operation} are for keys without them.`,
  );
}

function checkList(principal: Principal, { operation }: StoredObjects): void {
  if (reach(principal, "account_objects.manage") === "all") return;
  const message = `The list of ${operation} shows those of the whole account, so it is for administrators only.`;
  throw new GhostError("permission_denied", message);
}
