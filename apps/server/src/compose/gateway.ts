// The gateway: what its requests work with, and the server that they come to. Called by compose.ts.

import type { Server } from "node:http";
import type { SecureContextOptions } from "node:tls";
import { GhostError, newId } from "@ghostllm/contract";
import { livePath } from "@ghostllm/contract/routes";
import { challengePath } from "#control/certificates/challenges.ts";
import type { ControlServer } from "#control/http/control-server.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { Secret } from "#domain/secret.ts";
import type { GatewayReport } from "#domain/target-report.ts";
import type { SnapshotReader } from "#domain/snapshot.ts";
import { createCors } from "#edge/cors.ts";
import type { Books, Callers, Door, GatewayDeps, Settings, Vendors as Asking } from "#gateway/deps.ts";
import { createEstimator } from "#gateway/estimator/estimator.ts";
import { LiveEvents } from "#gateway/flow/live-events.ts";
import { reportTargets } from "#gateway/flow/ask/target-report.ts";
import { HedgeShares } from "#gateway/flow/ask/hedge-shares.ts";
import { Places } from "#gateway/flow/places.ts";
import { TargetRoom } from "#gateway/flow/ask/target-room.ts";
import { WaitingRoom } from "#gateway/flow/ask/waiting-room.ts";
import { PromptHolders } from "#gateway/flow/plan/prompt-holders.ts";
import { Shadows } from "#gateway/flow/shadow/shadows.ts";
import { TargetWork } from "#gateway/flow/ask/target-work.ts";
import { Flights } from "#gateway/flow/recall/flights.ts";
import { RunningCalls } from "#gateway/flow/running-calls.ts";
import { settleLast, settleOverdue } from "#gateway/flow/stored/background.ts";
import { createHeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import type { Neighbours } from "#gateway/connections/neighbours.ts";
import { openRealtimeDoor } from "#gateway/channels/realtime-door.ts";
import { openChatDoor } from "#gateway/channels/chat-door.ts";
import type { ChatDoor } from "#gateway/channels/chat-door.ts";
import { HeldBytes } from "#gateway/http/held-bytes.ts";
import { encodeForAnybody } from "#gateway/http/answer-error.ts";
import { createListener } from "#gateway/http/listener.ts";
import { buildRouter } from "#gateway/http/router.ts";
import { gatewayRoutes } from "#gateway/route-sources.ts";
import { Readiness } from "#gateway/readiness.ts";
import { SchemaWork } from "#gateway/schema-work/schema-work.ts";
import { BatchedAppends } from "#link/journal/batched-appends.ts";
import type { JournalSink } from "#link/journal/journal.ts";
import type { Lease } from "#link/lease.ts";
import { CountedScopes } from "#link/counted-scopes.ts";
import type { ChatSessions } from "#link/chat-sessions.ts";
import type { Consents } from "#link/consents.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import { BoundedContents } from "#link/contents.ts";
import type { StoreContent } from "#link/contents.ts";
import type { Link } from "#link/link.ts";
import type { MetricsText } from "#telemetry/metrics-text.ts";
import { version } from "#version.ts";
import type { Foundation } from "./foundation.ts";
import { adopt } from "#config/live.ts";
import { startGivingBack } from "./give-back.ts";
import { observersOf } from "./observers-of.ts";
import { capacityWithin, openFilesLimit } from "./open-files.ts";
import { RunningRequests } from "./running-requests.ts";
import { hstsOf } from "./tls/tls-front.ts";
import { openTracer } from "./traces.ts";
import type { AskedVendors } from "./vendors.ts";

/** The control plane as a gateway sees it, in the same thread or in another. */
export interface ControlSide {
  readonly snapshots: SnapshotReader;
  readonly adminKeys: readonly Secret[];
  /** Answers what is no route of the gateway. */
  readonly requests: Pick<ControlServer, "handle" | "upgrade">;
  /** Of the whole server. */
  readonly readMetrics: () => Promise<MetricsText>;
}

/** Of its own thread. */
export interface GatewayFoundation extends Omit<
  Foundation,
  "journal" | "workerJournals" | "journals" | "workers" | "writeLines"
> {
  readonly journal: JournalSink;
}

export interface GatewayParts {
  readonly foundation: GatewayFoundation;
  readonly link: Link;
  readonly consents: Consents;
  readonly toldRequests: ToldRequests;
  readonly chatSessions: ChatSessions;
  readonly storeContent: StoreContent;
  readonly lease: Lease;
  readonly vendors: AskedVendors;
  readonly control: ControlSide;
  /** Told of requests that were refused. */
  readonly refusals: Pick<Refusals, "watch">;
  /** Null where there is one gateway alone. */
  readonly neighbours: Neighbours | null;
  /** Null where the port speaks plain HTTP. */
  readonly tls: SecureContextOptions | null;
}

export interface Gateway {
  /** Does not listen yet. */
  readonly server: Server;
  readonly readiness: Readiness;
  readonly running: RunningRequests;
  readonly runningCalls: RunningCalls;
  /** Null where no models are asked. */
  readonly chatDoor: ChatDoor | null;
  readonly reportTargets: () => GatewayReport;
}

const overdueIntervalMs = 5_000;
/** A key that is revoked ends its requests within a second. */
const reviewIntervalMs = 400;

export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { foundation, control, tls } = parts;
  const { config, metrics } = foundation;
  const [running, readiness] = [new RunningRequests(), new Readiness()];
  const runningCalls = watchRights(parts);
  const liveEvents = new LiveEvents({ signals: parts.link.signals, clock: foundation.clock });
  const deps = {
    ...(await depsOf(parts)),
    ...{ runningCalls, readiness, liveEvents },
    events: running.watch(parts.refusals.watch(foundation.events)),
  };
  foundation.disposer.add(() => liveEvents.close());
  settleBackground(foundation, deps);
  const observers = observersOf(config, control.adminKeys);
  const hasProxy = config.services.includes("proxy");
  const routes = gatewayRoutes({ ...deps, observers, readMetrics: control.readMetrics }, hasProxy);
  const cors = createCors(config.edge.cors);
  const chatDoor = hasProxy ? openChatDoor({ ...deps, cors, route: buildRouter(deps.events, routes) }) : null;
  const isElsewhere = config.edge.management?.isOnly === true;
  const live = {
    path: livePath,
    take: (...[request, socket, head]: Parameters<ControlServer["upgrade"]>) =>
      control.requests.upgrade(request, socket, head),
  };
  const server = createListener({
    ...deps,
    ...{ routes, tls, cors },
    hsts: hstsOf(config.edge),
    watchConnections: (read) => metrics.watchConnections(read),
    control: isElsewhere
      ? onlyChallenges(control.requests)
      : (request, response) => control.requests.handle(request, response),
    upgrades: [
      ...(isElsewhere ? [] : [live]),
      ...(chatDoor === null ? [] : [chatDoor, openRealtimeDoor({ ...deps, cors })]),
    ],
  });
  return { server, readiness, running, runningCalls, chatDoor, reportTargets: () => reportTargets(deps) };
}

/** What is for operators is served on a port of its own: here it is not there, but for authorities that look whose a name is. */
function onlyChallenges(requests: ControlSide["requests"]): ControlSide["requests"]["handle"] {
  return (request, response) => {
    if (request.url?.startsWith(challengePath) === true) return requests.handle(request, response);
    request.resume();
    const body = encodeForAnybody(new GhostError("not_found", "This is not served on this port."));
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    response.writeHead(404, { ...headers, "x-request-id": newId() }).end(body);
  };
}

/** Who loses the right to a request loses the request, whichever process took it away. */
function watchRights({ foundation, link, control }: GatewayParts): RunningCalls {
  const { steadyTime, disposer } = foundation;
  const runningCalls = new RunningCalls({ snapshots: control.snapshots, steadyTime });
  disposer.add(link.signals.listen("right_withdrawn", ({ right }) => runningCalls.withdrawOf(right)));
  const reviewer = setInterval(() => runningCalls.review(), reviewIntervalMs);
  disposer.add(() => clearInterval(reviewer));
  return runningCalls;
}

/** Of texts that are to be stored, and are not yet: of this thread. */
const mostContentBytes = 16 * 1024 * 1024;

async function depsOf(parts: GatewayParts) {
  const { foundation, link, consents, toldRequests, chatSessions, storeContent, lease, vendors, control, neighbours } =
    parts;
  const { config, clock, steadyTime, journal, addresses, compressor, metrics, disposer } = foundation;
  const { timeouts, limits, answers } = config;
  const { upstream, sockets, authenticator, targetHealth } = vendors;
  const { snapshots } = control;
  const [estimator, heavyWork, schemaChecks] = [createEstimator(), createHeavyWork(), new SchemaWork()];
  disposer.add(async () => void (await Promise.all([estimator, heavyWork, schemaChecks].map((one) => one.close()))));
  const openFiles = await openFilesLimit();
  const capacity = capacityWithin(config.capacity, openFiles);
  // It may be a copy.
  foundation.reconfigured.listen(() => adopt(capacity, capacityWithin(config.capacity, openFiles)));
  const heldBytes = new HeldBytes(capacity, neighbours);
  metrics.watchHeldBytes(() => heldBytes.total);
  disposer.add(startGivingBack(heldBytes));
  const waitingRoom = new WaitingRoom();
  const places = new Places();
  metrics.watchQueues(() => waitingRoom.waiting());
  metrics.watchPlaces(() => places.waiting());
  const measured = { targetRoom: new TargetRoom(), targetWork: new TargetWork(), hedgeShares: new HedgeShares() };
  const promptHolders = new PromptHolders();
  const shadows = new Shadows();
  const asking: Asking = {
    upstream,
    sockets,
    authenticator,
    estimator,
    heavyWork,
    schemaChecks,
    targetHealth,
    waitingRoom,
    promptHolders,
    places,
    shadows,
    ...measured,
  };
  const isStoring = config.retention.promptDays > 0;
  const contents = isStoring ? new BoundedContents({ store: storeContent, mostBytes: mostContentBytes }) : null;
  const books: Omit<Books, "events" | "liveEvents"> = { journal: new BatchedAppends(journal), lease, clock, contents };
  const callers: Omit<Callers, "readiness" | "runningCalls"> = {
    ...{ snapshots, steadyTime, consents, toldRequests, chatSessions, flights: new Flights() },
    countedScopes: new CountedScopes(steadyTime, clock),
  };
  const tracer = openTracer(foundation, upstream);
  const door: Door = { addresses, compressor, heldBytes, neighbours, tracer };
  const { tracesVendors } = config.edge;
  const settings: Settings = { timeouts, limits, capacity, answers, tracesVendors, version };
  return { ...link, ...asking, ...books, ...callers, ...door, ...settings, random: Math.random };
}

/** What vendors work on in the background is recorded when it is over, and at the latest when the server stops. */
function settleBackground({ disposer }: Pick<Foundation, "disposer">, deps: GatewayDeps): void {
  const overdue = setInterval(() => void settleOverdue(deps), overdueIntervalMs);
  disposer.add(async () => {
    clearInterval(overdue);
    await settleLast(deps);
    await deps.shadows.stop();
  });
}
