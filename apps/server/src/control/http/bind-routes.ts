// Binds the handlers of the resources to the routes of the contract.

import { GhostError } from "@ghostllm/contract";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Caller } from "#control/resources/resource.ts";
import type { Resources } from "#control/resources/resources.ts";
import type { Store } from "#control/store/store.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import type { ObjectChange } from "#link/signals.ts";
import { changeOf } from "./change-of.ts";
import { toValidationError } from "./errors.ts";
import type { Guard } from "./guard.ts";
import { browserOf } from "./browser-session.ts";

/** A handler as the binding sees it: its types were checked against its route where it was written. */
type AnyHandler = (request: object) => Promise<unknown>;

interface BindOptions {
  readonly app: FastifyInstance;
  readonly resources: Resources;
  readonly guard: Guard;
  readonly addresses: ClientAddresses;
  readonly store: Pick<Store, "within">;
  readonly steadyTime: SteadyTime;
  /** Told of what a route has changed. */
  readonly onChange: (change: ObjectChange) => void;
}

/** For what the database takes. Together they leave time to say within five seconds that it takes too long. */
const patienceMs = { guard: 1_500, handler: 2_750 } as const;

export function bindRoutes(options: BindOptions): void {
  const handlers: Readonly<Record<string, object>> = options.resources;
  for (const [group, routes] of Object.entries(adminRoutes)) {
    for (const [name, route] of Object.entries<AdminRoute>(routes)) {
      bindRoute(options, route, findHandler(handlers[group], name));
    }
  }
}

function findHandler(resource: object | undefined, name: string): AnyHandler {
  const handler: unknown = resource === undefined ? undefined : Reflect.get(resource, name);
  if (typeof handler !== "function") throw new Error(`No handler for the route ${name}`);
  return async (request) => handler(request);
}

function bindRoute(
  { app, guard, addresses, store, steadyTime, onChange }: BindOptions,
  route: AdminRoute,
  handler: AnyHandler,
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const { permission } = route;
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ":$1"),
    // Before the body is read: a stranger uploads nothing.
    onRequest: async (request) => {
      if (permission === "public") return;
      callers.set(request, await store.within(patienceMs.guard, () => guard(request, permission)));
    },
    handler: async (request, reply) => {
      const caller = callers.get(request);
      const address = addresses.of(request.raw) ?? "";
      const browser = browserOf(request, reply, steadyTime);
      const input = { ...parseInput(route, request), address, browser, ...caller };
      const answer = await store.within(patienceMs.handler, () => handler(input));
      const change = changeOf(route, request.params, answer);
      if (change !== null) onChange(change);
      if (route.mediaType !== undefined) reply.type(`${route.mediaType}; charset=utf-8`);
      return reply.status(route.status).send(route.response.parse(answer));
    },
  });
}

function parseInput(route: AdminRoute, request: FastifyRequest): object {
  return {
    ...(route.params !== undefined && { params: parse(route.params, request.params) }),
    ...(route.query !== undefined && { query: parse(route.query, request.query) }),
    ...(route.body !== undefined && { body: parse(route.body, requireBody(request.body)) }),
  };
}

function requireBody(body: unknown): unknown {
  if (body === undefined || body === null)
    throw new GhostError("invalid_request_error", "The request needs a JSON body");
  return body;
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw toValidationError(parsed.error);
  return parsed.data;
}
