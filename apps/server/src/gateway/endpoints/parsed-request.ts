import type { Dialect, Operation, ParsedRequest, RequestDemand, RequestLine } from "@ghostllm/llm";
import { routingHeader } from "#domain/routing/routing.ts";
import type { Routing } from "#domain/routing/routing.ts";
import type { Guard } from "#domain/privacy/protect.ts";
import { limitsSpending } from "#domain/principal.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { admitProtected, guardOf, protect } from "#gateway/flow/protection.ts";
import type { Caller, Protected, ProtectionDeps } from "#gateway/flow/protection.ts";
import { hasLackingTargets } from "#gateway/flow/plan/fit.ts";
import { routingOfHeader, takeRouting } from "#domain/routing/take-routing.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";

export interface AskedBody {
  readonly dialect: Dialect;
  readonly operation: Operation;
  readonly line: RequestLine;
  readonly body: Buffer;
}

export interface ReadRequest {
  readonly request: ParsedRequest;
  readonly demand: RequestDemand | null;
  /** Null where no policy holds for it. */
  readonly protection: Protected | null;
  /** Null where it says nothing of where it is to go. */
  readonly routing: Routing | null;
}

export interface Asking extends Caller {
  readonly snapshot: Snapshot;
}

type ReadDeps = ProtectionDeps & Pick<GatewayDeps, "heavyWork">;

/** Reads a request, and holds it to the policy of its caller; in another thread where it is large. */
export function readRequest(deps: ReadDeps, caller: Asking, asked: AskedBody): ReadRequest | Promise<ReadRequest> {
  const guard = guardOf(caller.principal);
  if (asked.body.length > heavyBytes) return readElsewhere(deps, caller, asked, guard);
  const { dialect, operation, line } = asked;
  const given = dialect.client.parseRequest(operation, asked.body, line);
  const taken = takeRouting(given);
  const { body } = taken ?? asked;
  const request = taken === null ? given : dialect.client.parseRequest(operation, body, line);
  const routing = routingOf(caller, asked, taken?.routing ?? null);
  if (guard === null) return { request, demand: null, protection: null, routing };
  const looked = protect(deps, caller, guard, {
    body,
    texts: dialect.client.texts.request,
    contentType: request.form?.contentType,
  });
  const isSame = looked.body === body;
  return {
    request: isSame ? request : dialect.client.parseRequest(operation, looked.body, line),
    demand: null,
    protection: looked.protection,
    routing,
  };
}

function routingOf({ exchange }: Asking, { operation }: AskedBody, ofBody: Routing | null): Routing | null {
  const header = exchange.header(routingHeader);
  return header === undefined ? ofBody : routingOfHeader(header, operation, ofBody);
}

async function readElsewhere(
  deps: ReadDeps,
  caller: Asking,
  body: AskedBody,
  guard: Guard | null,
): Promise<ReadRequest> {
  const { dialect, ...asked } = body;
  const { principal, snapshot } = caller;
  const isBudgeted = principal.scopes.some(limitsSpending) || snapshot.consents.of(principal).length > 0;
  const wantsDemand = isBudgeted || hasLackingTargets(snapshot);
  const {
    request,
    demand,
    protection,
    routing: ofBody,
  } = await deps.heavyWork.parse({
    dialect: dialect.name,
    ...asked,
    wantsDemand,
    guard,
  });
  const routing = routingOf(caller, body, ofBody);
  const held = protection === null ? null : admitProtected(deps, caller, protection);
  return { request, demand, protection: held, routing };
}
