// Many changes of one request: each is carried out as its route would by itself, with its own permission, reach and entry in the audit
// log, and all of them are stored in one transaction.

import { errorCatalogue, GhostError } from "@ghostllm/contract";
import { adminRoutes, bulkOperations } from "@ghostllm/contract/routes";
import type { AdminRoute, AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { SecurityNotes } from "#control/audit/security-notes.ts";
import type { Resource } from "#control/resources/resource.ts";
import type { Resources } from "#control/resources/resources.ts";
import type { Store } from "#control/store/store.ts";
import type { Author } from "#domain/audit.ts";
import type { ObjectChange } from "#link/signals.ts";
import { changerOf } from "./answer-route.ts";
import { changeOf } from "./change-of.ts";
import type { Guard } from "./guard.ts";
import { handlerOf } from "./handler-of.ts";
import { noteRefusal } from "./route-audit.ts";

interface BulkDeps {
  readonly resources: Omit<Resources, "bulk">;
  readonly store: Pick<Store, "audit" | "units" | "versions" | "declared">;
  readonly guard: Pick<Guard, "permit">;
  readonly notes: SecurityNotes;
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly onChange: (change: ObjectChange) => void;
}

type Asked = Parameters<Resource<"bulk">["run"]>[0];
type Operation = Asked["body"]["operations"][number];
type Answer = RouteAnswer<AdminRoutes["bulk"]["run"]>;
type Result = Answer["results"][number];

/** Carries one of them out. */
type CarryOut = (operation: Operation, asked: Asked, author: Author) => Promise<Result>;

export function createBulkResource(deps: BulkDeps): Resource<"bulk"> {
  const { store, inTurn } = deps;
  const carriers = new Map(bulkOperations.map((id) => [id, carrierOf(deps, routeOf(id))]));
  const carryOut: CarryOut = async (operation, asked, author) => {
    const carry = carriers.get(operation.op);
    if (carry === undefined) throw new Error(`Nobody carries ${operation.op} out`);
    return carry(operation, asked, author);
  };
  return {
    // The turn comes first: who has it may be waiting for the database.
    run: (asked) => inTurn(() => store.units.together(() => runAll(deps, asked, carryOut))),
  };
}

async function runAll({ store }: BulkDeps, asked: Asked, carryOut: CarryOut): Promise<Answer> {
  const { operations, atomic } = asked.body;
  const author = store.audit.author();
  // Usage is added to many keys at once: whoever changes many waits for it before, and not in the middle.
  if (operations.some(({ op }) => /\.remove/.test(op))) await store.units.holdUsage();
  const results: Result[] = [];
  for (const [index, operation] of operations.entries()) {
    const attempt = store.units.together(() => carryOut(operation, asked, author));
    results.push(
      await attempt.catch((error: unknown) => {
        if (!(error instanceof GhostError) || isOfServer(error)) throw error;
        if (atomic) throw placed(error, index);
        return toFailure(operation, error);
      }),
    );
  }
  return { results, failed: results.filter(({ error }) => error !== null).length };
}

function carrierOf(deps: BulkDeps, route: AdminRoute): CarryOut {
  const { store, guard, notes, onChange } = deps;
  const change = changerOf(deps, route, handlerOf(deps.resources, route));
  return async (operation, { actor, address, userAgent, browser }, bulkAuthor) => {
    const author = { ...bulkAuthor, route: route.id };
    const { params, body, if_match: ifMatch } = partsOf(operation);
    try {
      if (route.permission === "public") throw new Error(`${route.id} is for everybody`);
      const caller = guard.permit(actor, route.permission);
      const headers = ifMatch === undefined ? {} : { "if-match": ifMatch };
      const input = { params, body, address, userAgent, browser, ...caller };
      const { answer, text, etag } = await change({ request: { params, headers }, author, input });
      const changed = changeOf(route, params, answer);
      if (changed !== null) await store.units.afterwards(async () => onChange(changed));
      return { op: operation.op, status: route.status, etag, body: parsed(text), error: null };
    } catch (error) {
      store.units.outside(() => noteRefusal({ audit: store.audit, notes }, author, route, error));
      throw error;
    }
  };
}

function parsed(text: string): Record<string, unknown> {
  const body: unknown = JSON.parse(text);
  return typeof body === "object" && body !== null ? { ...body } : {};
}

interface OperationParts {
  readonly params?: unknown;
  readonly body?: unknown;
  readonly if_match?: string | undefined;
}

/** Which of them it has depends on the route. */
function partsOf(operation: OperationParts): OperationParts {
  return operation;
}

function routeOf(id: string): AdminRoute {
  const [group = "", name = ""] = id.split(".");
  const groups: Readonly<Record<string, Readonly<Record<string, AdminRoute>>>> = adminRoutes;
  const route = groups[group]?.[name];
  if (route === undefined) throw new Error(`There is no route ${id}`);
  return route;
}

/** It would be the same with the next one. */
function isOfServer({ code }: GhostError): boolean {
  return errorCatalogue[code].status >= 500;
}

function placed(error: GhostError, index: number): GhostError {
  const param = `operations[${index}]${error.param === undefined ? "" : `.${error.param}`}`;
  const message = `Nothing was changed, for the operation ${index}: ${error.message}`;
  return new GhostError(error.code, message, { param, status: error.status, cause: error });
}

function toFailure({ op }: Operation, { code, message, param, status }: GhostError): Result {
  return { op, status, etag: null, body: null, error: { code, message, param: param ?? null } };
}
