// How a route is carried out: by its handler, once for an Idempotency-Key, and only where the object is as If-Match says. Called by the
// binding of the routes, so that no handler knows of either.

import { GhostError } from "@ghostllm/contract";
import { adminRoutes, takesIdempotencyKey } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import type { SecurityNotes } from "#control/audit/security-notes.ts";
import type { Caller } from "#control/resources/resource.ts";
import type { Written } from "#control/store/audit/authorship.ts";
import type { Store } from "#control/store/store.ts";
import type { Author } from "#domain/audit.ts";
import { expectedBy, madeBy, objectOf, showsObject, toEtag, type VersionedObject } from "./object-of-route.ts";
import { refuseDeclared } from "./refuse-declared.ts";
import type { RepeatedRequests } from "./repeats/repeated-requests.ts";
import { noteRefusal, told } from "./route-audit.ts";

export interface RouteDeps {
  readonly store: Pick<Store, "within" | "audit" | "units" | "versions" | "declared">;
  readonly notes: SecurityNotes;
  readonly repeated: RepeatedRequests;
}

interface AskedChange {
  readonly request: { readonly params: unknown; readonly headers: IncomingHttpHeaders };
  readonly author: Author;
  /** What the handler gets. */
  readonly input: object;
}

interface AskedRoute extends AskedChange {
  readonly request: FastifyRequest;
  readonly caller: Caller | null;
}

export interface RouteAnswered {
  /** Of the handler; null where it was not asked. */
  readonly answer: unknown;
  /** As it is sent. */
  readonly text: string;
  readonly etag: string | null;
  /** It is that of an earlier request, and nothing was done. */
  readonly isRepeated: boolean;
}

interface ChangeDeps {
  readonly store: Pick<Store, "audit" | "units" | "versions" | "declared">;
}

type Handler = (input: object) => Promise<unknown>;
type Answerer = (asked: AskedRoute) => Promise<RouteAnswered>;
type Changer = (asked: AskedChange) => Promise<RouteAnswered>;

/** For what the database takes. Together they leave time to say within five seconds that it takes too long. */
export const patienceMs = { guard: 1_500, handler: 2_750, bulk: 20_000 } as const;

export function routeAnswerer(deps: RouteDeps, route: AdminRoute, handler: Handler): Answerer {
  const { store, notes, repeated } = deps;
  const change = changerOf(deps, route, handler);
  const longestMs = route.id === adminRoutes.bulk.run.id ? patienceMs.bulk : patienceMs.handler;
  return async (asked) => {
    const { caller, author, request } = asked;
    try {
      const key = takesIdempotencyKey(route) ? readKey(request) : null;
      if (key === null || caller === null) return await store.within(longestMs, () => change(asked));
      return await store.within(longestMs, () => once(repeated, { ...asked, caller }, key, change, route));
    } catch (error) {
      if (caller !== null) noteRefusal({ audit: store.audit, notes }, author, route, error);
      throw error;
    }
  };
}

async function once(
  repeated: RepeatedRequests,
  asked: AskedRoute & { readonly caller: Caller },
  key: string,
  change: Changer,
  { id, status }: AdminRoute,
): Promise<RouteAnswered> {
  let answer: unknown = null;
  const { caller, request } = asked;
  const shape = JSON.stringify([id, request.params, request.query, request.body ?? null]);
  const answered = await repeated.answer({ key, actor: caller.actor, request: shape }, async () => {
    const made = await change(asked);
    answer = made.answer;
    return { status, body: made.text, etag: made.etag };
  });
  return { answer, text: answered.body, etag: answered.etag, isRepeated: answered.isRepeated };
}

/** Runs the handler; where somebody expects a version, in one transaction. */
export function changerOf({ store }: ChangeDeps, route: AdminRoute, handler: Handler): Changer {
  return async ({ request: { params, headers }, author, input }) => {
    const object = objectOf(route, params);
    const expected = route.method === "GET" ? null : expectedBy(headers, object);
    const run = async (): Promise<RouteAnswered> => {
      await refuseDeclared(store, route, object);
      // Read before: an ETag that is too old refuses a change, one that is too new would lose another's.
      const before = object !== null && showsObject(route) ? await store.versions.find(object) : null;
      let written: Written | null = null;
      const handle = (sofar: Written): Promise<unknown> => {
        written = sofar;
        return handler(input);
      };
      const answer = await told(store.audit, author, { route, params, handle });
      const version = versionOf(madeBy(route, params, answer) ?? object, written) ?? before;
      const etag = version === null || route.method === "DELETE" ? null : toEtag(version);
      return { answer, text: toText(route, answer), etag, isRepeated: false };
    };
    return expected === null ? run() : store.units.together(run, expected);
  };
}

function versionOf(object: VersionedObject | null, written: Written | null): string | null {
  return object === null ? null : (written?.version(`${object.kind}/${object.id}`) ?? null);
}

/** Of a stream there is none. */
function toText(route: AdminRoute, answer: unknown): string {
  if (answer instanceof Readable) return "";
  const parsed = route.response.parse(answer);
  return route.mediaType === undefined ? JSON.stringify(parsed) : String(parsed);
}

const longestKey = 255;

function readKey({ headers }: FastifyRequest): string | null {
  const given = headers["idempotency-key"];
  if (given === undefined) return null;
  // In the form of a structured field it stands between quotes.
  const key = typeof given === "string" ? given.trim().replace(/^"(.*)"$/, "$1") : "";
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= longestKey) return key;
  const message = `Send one that nobody can guess, such as a UUID: at most ${longestKey} visible characters of ASCII`;
  throw new GhostError("invalid_request_error", `Idempotency-Key: ${message}`, { param: "Idempotency-Key" });
}
