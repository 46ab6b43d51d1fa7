// The HTTP side of the control plane: /admin, /docs and the landing page, in Fastify. The gateway's listener hands over
// every request whose path is not its own. Invariant: each answer that is a failure has the catalogue's form.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { GhostError, newId } from "@ghostllm/contract";
import { livePath, serviceOfConsole, serviceOfScim } from "@ghostllm/contract/routes";
import type { Service } from "@ghostllm/contract/routes";
import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ResourceDependencies } from "#control/resources/resource.ts";
import { createTurns } from "#control/resources/turns.ts";
import { createResources } from "#control/resources/resources.ts";
import type { Challenges } from "#control/certificates/challenges.ts";
import { RefusedKeys } from "#control/audit/refused-keys.ts";
import { SecurityNotes } from "#control/audit/security-notes.ts";
import { serveLiteLlmRoutes } from "#control/compat/litellm/serve-routes.ts";
import type { EventStreams } from "#control/events/event-streams.ts";
import { openLiveDoor } from "#control/live/live-door.ts";
import { LiveHub } from "#control/live/live-hub.ts";
import type { LiveHubDeps } from "#control/live/live-hub.ts";
import type { ObjectChange, Signals } from "#link/signals.ts";
import { PasswordMails } from "#control/sign-in/password-mails.ts";
import type { Store } from "#control/store/store.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import type { Compressor } from "#edge/compressor.ts";
import { traceResponse } from "#edge/trace-context.ts";
import type { Secret } from "#domain/secret.ts";
import { createBulkResource } from "./bulk.ts";
import { bindRoutes } from "./bind-routes.ts";
import { serveChallenges } from "./challenge-answers.ts";
import { serveConsole } from "./console/console-pages.ts";
import { compressAnswers } from "./compress-answers.ts";
import { fromFastify, toErrorBody } from "./errors.ts";
import { createGuard } from "./guard.ts";
import { createIdentify } from "./identify.ts";
import { identitiesOf } from "./live-identities.ts";
import { keepDocuments } from "./kept-documents.ts";
import { methodsOf, serviceOfPath } from "./known-paths.ts";
import { RepeatedRequests } from "./repeats/repeated-requests.ts";
import { serveScim } from "./scim-routes.ts";
import { serveWebPages } from "./web-pages.ts";

export interface ControlDependencies
  extends
    Omit<ResourceDependencies, "lookingOn" | "refusals" | "notes" | "inTurn" | "passwordMails" | "store">,
    Pick<LiveHubDeps, "finished" | "refusals"> {
  readonly store: Store;
  readonly services: readonly Service[];
  readonly signals: Signals;
  readonly eventStreams: EventStreams;
  readonly adminKeys: readonly Secret[];
  readonly addresses: ClientAddresses;
  readonly compressor: Compressor | null;
  /** The folder of the built console; null where none is served. */
  readonly consoleDirectory: string | null;
  /** The admin API of LiteLLM is answered as well. */
  readonly answersLiteLlm: boolean;
  /** Null where no authority looks here. */
  readonly challenges: Pick<Challenges, "find"> | null;
  /** JSON Schema of the configuration file. */
  readonly fileSchema: object;
}

export interface ControlServer {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Takes over a connection to `livePath`; throws GhostError for what is to be answered in its place. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye to those who look on. */
  endLive(): void;
  close(): Promise<void>;
}

const bodyLimitBytes = 1024 * 1024;

export async function createControlServer(deps: ControlDependencies): Promise<ControlServer> {
  const app = createApp(deps);
  const { addresses, store, steadyTime } = deps;
  const identify = createIdentify(deps);
  const hub = new LiveHub(deps);
  const live = openLiveDoor(hub, identitiesOf(identify, addresses));
  const notes = new SecurityNotes({ audit: store.audit, clock: deps.clock, log: deps.log });
  const refusedKeys = new RefusedKeys({ ...deps, notes });
  deps.refusals.onKeep = (refusal) => refusedKeys.look(refusal);
  const passwordMails = new PasswordMails(deps);
  const inTurn = createTurns(store);
  const guard = createGuard(identify, addresses);
  const onChange = (change: ObjectChange): void => void deps.signals.send({ kind: "object_changed", change });
  const single = createResources({ ...deps, notes, inTurn, passwordMails, lookingOn: () => hub.count });
  const bulk = createBulkResource({ resources: single, store, guard, notes, inTurn, onChange });
  bindRoutes({
    ...{ app, resources: { ...single, bulk }, services: deps.services, guard },
    ...{ addresses, store, notes, steadyTime, repeated: new RepeatedRequests(deps), onChange },
  });
  openToDirectories(app, deps);
  const hasConsole = deps.services.includes(serviceOfConsole);
  if (hasConsole) serveConsole(app, { directory: deps.consoleDirectory, clock: deps.clock });
  if (deps.answersLiteLlm) serveLiteLlmRoutes(app, deps);
  if (deps.challenges !== null) serveChallenges(app, deps.challenges);
  const { version, fileSchema } = deps;
  await serveWebPages(app, { version, fileSchema, hasConsole: hasConsole && deps.consoleDirectory !== null });
  await app.ready();
  const endLive = (): void => {
    live.close();
    deps.eventStreams.close();
  };
  return {
    handle: (request, response) => app.routing(request, response),
    upgrade: (request, socket, head) => {
      if (!hasConsole) throw notRun(livePath, serviceOfConsole);
      live.upgrade(request, socket, head);
    },
    endLive,
    async close() {
      endLive();
      await app.close();
      await refusedKeys.settled();
      await Promise.all([notes.settled(), passwordMails.settled()]);
    },
  };
}

function createApp(deps: ControlDependencies): FastifyInstance {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    genReqId: () => newId(),
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
    // What cannot be routed has been by no hook.
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(request, reply);
      void answerFailure(error, request, reply, deps);
    },
  });
  acceptJsonOnly(app);
  app.addHook("onRequest", async (request, reply) => receive(request, reply));
  keepDocuments(app);
  if (deps.compressor !== null) compressAnswers(app, deps.compressor);
  app.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, deps));
  app.setNotFoundHandler((request, reply) => answerUnknownPath(request, reply, deps.services));
  return app;
}

function openToDirectories(app: FastifyInstance, deps: ControlDependencies): void {
  const change = { what: "users", id: null, userId: null };
  const onChange = (): void => void deps.signals.send({ kind: "object_changed", change });
  if (deps.services.includes(serviceOfScim)) serveScim(app, { ...deps, onChange });
}

/** An empty body counts as none, so that a POST without one may still name its content type. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void parseJson(request, body.toString(), done);
  });
}

function receive(request: FastifyRequest, reply: FastifyReply): void {
  setSecurityHeaders(request, reply);
  refuseNul(request);
}

function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    "x-request-id": request.id,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  });
  const trace = traceResponse(request.headers, request.id);
  if (trace !== null) reply.header("traceresponse", trace);
  if (request.url.startsWith("/admin")) reply.header("cache-control", "no-store");
}

/** Nothing is named so, and PostgreSQL does not let itself be asked for it. */
function refuseNul({ url }: FastifyRequest): void {
  if (url.includes("%00")) throw new GhostError("invalid_request_error", "The URL holds the character NUL (%00)");
}

async function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ControlDependencies,
): Promise<FastifyReply> {
  const failure = error instanceof GhostError ? error : (fromFastify(error) ?? explainFault(error, request, deps));
  if (failure.retryAfterSeconds !== undefined) reply.header("retry-after", failure.retryAfterSeconds);
  if (failure.code === "invalid_api_key") reply.header("www-authenticate", "Bearer");
  return reply.status(failure.status).type("application/json; charset=utf-8").send(toErrorBody(failure));
}

/** A rejection of the store means that it is down or locked, or that we are wrong. */
function explainFault(error: unknown, request: FastifyRequest, { store, log }: ControlDependencies): GhostError {
  log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, "An admin request failed");
  return store.isUnavailable(error)
    ? new GhostError("service_unavailable", "The database does not answer, or is locked", { retryAfterSeconds: 5 })
    : new GhostError("internal_error", "A fault in GhostLLM; its log has the request id");
}

function answerUnknownPath(request: FastifyRequest, reply: FastifyReply, services: readonly Service[]): FastifyReply {
  const path = request.url.split("?", 1)[0] ?? "";
  const known = path.length > 1 ? path.replace(/\/$/, "") : path;
  const service = serviceOfPath(known);
  if (service !== null && !services.includes(service)) {
    return reply.status(404).send(toErrorBody(notRun(path, service)));
  }
  const methods = methodsOf(known);
  if (methods.length === 0 || methods.includes(request.method)) {
    return reply
      .status(404)
      .send(toErrorBody(new GhostError("not_found", `There is nothing at ${request.method} ${path}`)));
  }
  const allowed = methods.join(", ");
  if (request.method === "OPTIONS") return reply.status(204).header("allow", `${allowed}, OPTIONS`).send();
  const failure = new GhostError("method_not_allowed", `${path} takes ${allowed}, not ${request.method}`);
  return reply.status(failure.status).header("allow", allowed).send(toErrorBody(failure));
}

function notRun(path: string, service: Service): GhostError {
  return new GhostError("not_found", `${path} is of the service \`${service}\`, which this server does not run`);
}
