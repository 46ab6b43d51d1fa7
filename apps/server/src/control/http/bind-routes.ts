// Binds the handlers of the resources to the routes of the contract.

import { Readable } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import { adminRouteList, serviceOf } from "@ghostllm/contract/routes";
import type { AdminRoute, Service } from "@ghostllm/contract/routes";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { SecurityNotes } from "#control/audit/security-notes.ts";
import type { Caller, Follower } from "#control/resources/resource.ts";
import type { Resources } from "#control/resources/resources.ts";
import type { Store } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import type { ObjectChange } from "#link/signals.ts";
import { changeOf } from "./change-of.ts";
import { toValidationError } from "./errors.ts";
import { hasCredential, type Guard } from "./guard.ts";
import { handlerOf, type AnyHandler } from "./handler-of.ts";
import { patienceMs, routeAnswerer, type RouteDeps } from "./answer-route.ts";
import type { RepeatedRequests } from "./repeats/repeated-requests.ts";
import { authorOf, noteRefusal } from "./route-audit.ts";
import { browserOf } from "./browser-session.ts";

interface BindOptions {
  readonly app: FastifyInstance;
  readonly resources: Resources;
  /** Those that this server runs: what is of others is not bound. */
  readonly services: readonly Service[];
  readonly guard: Guard;
  readonly addresses: ClientAddresses;
  readonly store: RouteDeps["store"] & Pick<Store, "noteChange">;
  readonly repeated: RepeatedRequests;
  readonly notes: SecurityNotes;
  readonly steadyTime: SteadyTime;
  /** Told of what a route has changed. */
  readonly onChange: (change: ObjectChange) => void;
}

export function bindRoutes(options: BindOptions): void {
  for (const route of adminRouteList) {
    if (options.services.includes(serviceOf(route))) bindRoute(options, route, handlerOf(options.resources, route));
  }
}

function bindRoute(options: BindOptions, route: AdminRoute, handler: AnyHandler): void {
  const { app, guard, addresses, store, steadyTime, onChange } = options;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const admit = admitterTo(options, route);
  const answerRoute = routeAnswerer(options, route, handler);
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ":$1"),
    // Before the body is read: a stranger uploads nothing.
    onRequest: async (request) => {
      const caller = await store.within(patienceMs.guard, () => admit(request));
      if (caller !== null) callers.set(request, caller);
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? null;
      const address = addresses.of(request.raw) ?? "";
      const browser = browserOf(request, reply, steadyTime);
      const follower = route.mediaType === eventStream ? followerOf(request, route, guard) : {};
      const userAgent = request.headers["user-agent"] ?? "";
      const input = { ...parseInput(route, request), address, userAgent, browser, ...caller, ...follower };
      const author = authorOf(route, request, caller?.actor ?? null, address);
      const { answer, text, etag, isRepeated } = await answerRoute({ request, caller, author, input }).finally(() => {
        // What was answered with an error may have been made, too.
        if (route.method !== "GET") store.noteChange();
      });
      if (answer instanceof Readable && route.mediaType !== undefined)
        return sendStream(reply, route.mediaType, answer);
      const change = isRepeated ? null : changeOf(route, request.params, answer);
      if (change !== null) onChange(change);
      if (etag !== null) reply.header("etag", etag);
      if (isRepeated) reply.header("idempotency-replayed", "true");
      const type = route.mediaType ?? "application/json";
      return reply.status(route.status).type(`${type}; charset=utf-8`).send(text);
    },
  });
}

/** Who calls, if he may; null where everybody may. Whoever may not is in the audit log. */
function admitterTo(
  { guard, addresses, store: { audit }, notes }: BindOptions,
  route: AdminRoute,
): (request: FastifyRequest) => Promise<Caller | null> {
  const { permission } = route;
  return async (request) => {
    if (permission === "public") return null;
    let actor: Actor | null = null;
    try {
      actor = await guard.identify(request);
      return guard.permit(actor, permission, route.duringSetUp === true);
    } catch (error) {
      const author = authorOf(route, request, actor, addresses.of(request.raw) ?? "");
      if (hasCredential(request)) noteRefusal({ audit, notes }, author, route, error);
      throw error;
    }
  };
}

const eventStream = "text/event-stream";

type MediaType = NonNullable<AdminRoute["mediaType"]>;

function followerOf(request: FastifyRequest, { permission }: AdminRoute, guard: Guard): Follower {
  const given = request.headers["last-event-id"];
  return {
    lastEventId: typeof given === "string" && given !== "" ? given : null,
    recheck: async () => {
      if (permission === "public") throw new Error("a stream is for whoever may see it");
      return guard.permit(await guard.identify(request), permission).actor;
    },
  };
}

/** What stands between would hold it back, or change it. */
function sendStream(reply: FastifyReply, type: MediaType, stream: Readable): FastifyReply {
  reply.headers({ "cache-control": "no-store, no-transform", "x-accel-buffering": "no" });
  if (type !== eventStream) reply.header("content-disposition", "attachment");
  return reply.type(`${type}; charset=utf-8`).send(stream);
}

function parseInput(route: AdminRoute, request: FastifyRequest): object {
  return {
    ...(route.params !== undefined && { params: parse(route.params, request.params) }),
    ...(route.query !== undefined && { query: parse(route.query, request.query, Object.keys(route.query.shape)) }),
    ...(route.body !== undefined && { body: parse(route.body, requireBody(request.body)) }),
  };
}

function requireBody(body: unknown): unknown {
  if (body === undefined || body === null)
    throw new GhostError("invalid_request_error", "The request needs a JSON body");
  return body;
}

function parse(schema: z.ZodType, value: unknown, known: readonly string[] | null = null): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw toValidationError(parsed.error, known);
  return parsed.data;
}
