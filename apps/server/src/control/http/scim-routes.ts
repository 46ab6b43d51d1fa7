// /scim/v2 (RFC 7644): directories create, change and switch off users here, by tokens that an administrator has made for them.

import { hash } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import { scimPath } from "@ghostllm/contract/routes";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ControlLog } from "#control/control-log.ts";
import { isObject, type Json } from "#control/scim/attributes.ts";
import { project } from "#control/scim/listing.ts";
import { describeProvider, describeResourceTypes, describeSchemas, mostResults } from "#control/scim/schemas.ts";
import { ScimError, toScimError } from "#control/scim/scim-error.ts";
import { ScimGroups } from "#control/scim/scim-groups.ts";
import { ScimUsers, type ScimDependencies } from "#control/scim/scim-users.ts";
import type { ScimTokenRow } from "#control/store/directory/directory-store.ts";
import type { Store } from "#control/store/store.ts";
import { deed, type Author } from "#domain/audit.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";

export interface ScimRoutesDependencies extends ScimDependencies {
  readonly store: ScimDependencies["store"] & Pick<Store, "within" | "isUnavailable" | "noteChange" | "audit">;
  readonly addresses: Pick<ClientAddresses, "isSecure" | "of">;
  readonly log: ControlLog;
  /** A user may have other rights, or is no more. */
  readonly onChange: () => void;
}

const contentType = "application/scim+json; charset=utf-8";
const patienceMs = 4_000;

const query = z.object({
  filter: z.string().optional(),
  startIndex: z.coerce.number().int().default(1),
  count: z.coerce.number().int().default(mostResults),
  attributes: z.string().optional(),
  excludedAttributes: z.string().optional(),
});

type Query = z.output<typeof query>;

interface Asked {
  readonly id: string;
  readonly body: Json;
  readonly query: Query;
  readonly base: string;
}

type Handler = (asked: Asked) => Promise<Json | null>;

interface Handlers {
  readonly list: Handler;
  readonly create: Handler;
  readonly get: Handler;
  readonly replace: Handler;
  readonly patch: Handler;
  readonly remove: Handler;
}

/** By which token a request has come. */
interface Scope extends ScimRoutesDependencies {
  readonly tokens: WeakMap<FastifyRequest, ScimTokenRow>;
}

export function serveScim(app: FastifyInstance, given: ScimRoutesDependencies): void {
  const deps: Scope = { ...given, tokens: new WeakMap() };
  void app.register(
    async (scope) => {
      takeDocuments(scope);
      scope.addHook("onRequest", async (request) => authenticate(request, deps));
      scope.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, deps));
      scope.setNotFoundHandler((request) => {
        throw new ScimError(404, `There is nothing at ${request.method} ${request.url.split("?", 1)[0] ?? ""}`);
      });
      bindResource(scope, deps, "/Users", handlersOfUsers(new ScimUsers(deps)));
      bindResource(scope, deps, "/Groups", handlersOfGroups(new ScimGroups(deps)));
      bindDescriptions(scope, deps);
    },
    { prefix: scimPath },
  );
}

/** Directories send either type. */
function takeDocuments(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser("error", "error");
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    ["application/scim+json", "application/json"],
    { parseAs: "string" },
    (request, body, done) => {
      if (body === "") done(null, undefined);
      else void parse(request, body.toString(), done);
    },
  );
}

/** By a token that is for this alone: no other credential counts here. */
async function authenticate(request: FastifyRequest, { store, tokens }: Scope): Promise<void> {
  const token = /^Bearer +(scim-\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const found =
    token === undefined
      ? undefined
      : await store.within(patienceMs, () => store.directory.useToken(hash("sha256", token)));
  if (found === undefined)
    throw new ScimError(401, "Send a SCIM token as `Authorization: Bearer`: an administrator makes it");
  tokens.set(request, found);
}

function handlersOfUsers(users: ScimUsers): Handlers {
  return {
    list: ({ query: asked, base }) => users.list(asked, base),
    create: ({ body, base }) => users.create(body, base),
    get: ({ id, base }) => users.get(id, base),
    replace: ({ id, body, base }) => users.replace(id, body, base),
    patch: ({ id, body, base }) => users.patch(id, body, base),
    remove: async ({ id }) => {
      await users.remove(id);
      return null;
    },
  };
}

function handlersOfGroups(groups: ScimGroups): Handlers {
  const telling = ({ base, query: asked }: Asked) => ({ base, withMembers: !isUnwanted(asked, "members") });
  return {
    list: (asked) => groups.list(asked.query, telling(asked)),
    create: (asked) => groups.create(asked.body, telling(asked)),
    get: (asked) => groups.get(asked.id, telling(asked)),
    replace: (asked) => groups.replace(asked.id, asked.body, telling(asked)),
    patch: (asked) => groups.patch(asked.id, asked.body, telling(asked)),
    remove: async ({ id }) => {
      await groups.remove(id);
      return null;
    },
  };
}

function isUnwanted({ excludedAttributes = "", filter = "" }: Query, name: string): boolean {
  const unwanted = excludedAttributes.toLowerCase().split(/[\s,]+/);
  // What is filtered by must be known.
  return unwanted.includes(name) && !filter.toLowerCase().includes(name);
}

function bindResource(scope: FastifyInstance, deps: Scope, path: string, handlers: Handlers): void {
  const routes = [
    ["GET", path, handlers.list, 200],
    ["POST", path, handlers.create, 201],
    ["GET", `${path}/:id`, handlers.get, 200],
    ["PUT", `${path}/:id`, handlers.replace, 200],
    ["PATCH", `${path}/:id`, handlers.patch, 200],
    ["DELETE", `${path}/:id`, handlers.remove, 204],
  ] as const;
  for (const [method, url, handler, status] of routes) {
    scope.route({
      method,
      url,
      handler: async (request, reply) => {
        const asked = read(request, deps);
        const answer = await deps.store
          .within(patienceMs, () => told(request, deps, () => handler(asked)))
          .finally(() => {
            if (method !== "GET") deps.store.noteChange();
          });
        if (method !== "GET") deps.onChange();
        return send(reply.status(status), answer, asked.query);
      },
    });
  }
}

/** What a directory changes is in the audit log as its token's. */
function told(request: FastifyRequest, { store, tokens, addresses }: Scope, run: () => Promise<Json | null>) {
  const token = tokens.get(request);
  const route = `${request.method} ${request.routeOptions.url ?? ""}`;
  const author: Author = {
    actor: { kind: "scim_token", id: token?.id ?? null, name: token?.name ?? "", userId: null },
    ...{ address: addresses.of(request.raw) ?? "", userAgent: request.headers["user-agent"] ?? "" },
    ...{ requestId: request.id, route },
  };
  return store.audit.by(author, async (written) => {
    const answer = await run();
    if (request.method !== "GET" && written.count() === 0)
      await store.audit.add([deed("directory.changed", { kind: "directory", id: null, name: route })]);
    return answer;
  });
}

function read(request: FastifyRequest, { addresses }: ScimRoutesDependencies): Asked {
  const asked = query.safeParse(request.query);
  if (!asked.success) throw new ScimError(400, "`startIndex` and `count` are whole numbers", "invalidValue");
  const id: unknown = isObject(request.params) ? request.params["id"] : "";
  const needsBody = !["GET", "DELETE"].includes(request.method);
  if (needsBody && !isObject(request.body)) throw new ScimError(400, "The body must be a JSON object", "invalidSyntax");
  const base = `${addresses.isSecure(request.raw) ? "https" : "http"}://${request.headers.host ?? "localhost"}${scimPath}`;
  return { id: String(id), body: isObject(request.body) ? request.body : {}, query: asked.data, base };
}

function send(reply: FastifyReply, answer: Json | null, { attributes, excludedAttributes }: Query): FastifyReply {
  if (answer === null) return reply.send();
  const cut = (resource: Json): Json => project(resource, attributes, excludedAttributes);
  const { Resources: resources, meta } = answer;
  if (isObject(meta) && typeof meta["location"] === "string") reply.header("location", meta["location"]);
  const whole = Array.isArray(resources) ? { ...answer, Resources: resources.filter(isObject).map(cut) } : cut(answer);
  return reply.type(contentType).send(JSON.stringify(whole));
}

function bindDescriptions(scope: FastifyInstance, deps: ScimRoutesDependencies): void {
  const tell = (url: string, describe: (base: string, id: string) => unknown): void => {
    scope.route({
      method: ["POST", "PUT", "PATCH", "DELETE"],
      url,
      handler: async (request) => {
        throw new ScimError(405, `${request.method} changes nothing here: this is read alone`);
      },
    });
    scope.get(url, async (request, reply) => {
      const { base, id } = read(request, deps);
      const found = describe(base, id);
      if (found === undefined) throw new ScimError(404, `There is no ${id} here`);
      return reply.type(contentType).send(JSON.stringify(found));
    });
  };
  const all = (resources: readonly object[]) => ({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    ...{ totalResults: resources.length, startIndex: 1, itemsPerPage: resources.length, Resources: resources },
  });
  tell("/ServiceProviderConfig", (base) => describeProvider(base));
  tell("/Schemas", (base) => all(describeSchemas(base)));
  tell("/Schemas/:id", (base, id) => describeSchemas(base).find((one) => one.id === id));
  tell("/ResourceTypes", (base) => all(describeResourceTypes(base)));
  tell("/ResourceTypes/:id", (base, id) => describeResourceTypes(base).find((one) => one.id === id));
}

function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { store, log }: ScimRoutesDependencies,
): FastifyReply {
  const failure = toFailure(error, store);
  if (failure.status >= 500)
    log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, "A SCIM request failed");
  if (failure.status === 401) reply.header("www-authenticate", "Bearer");
  return reply
    .status(failure.status)
    .type(contentType)
    .send(JSON.stringify(toScimError(failure)));
}

function toFailure(error: unknown, store: Pick<Store, "isUnavailable">): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof GhostError) return new ScimError(error.status, error.message);
  if (store.isUnavailable(error)) return new ScimError(503, "The database does not answer, or is locked");
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return new ScimError(status, "The body cannot be read", "invalidSyntax");
  return new ScimError(500, "A fault in GhostLLM; its log has the request id");
}
