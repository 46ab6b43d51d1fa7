// A gateway of its own on real sockets, with a snapshot made by the test: for behaviour that needs no database.

import { hash } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { builtInPrices, providers } from "@ghostllm/llm";
import type { ProviderDefinition } from "@ghostllm/llm";
import { loadConfig } from "#config/load.ts";
import type { EdgeSettings, HealthSettings } from "#config/config.ts";
import { SteadyTime, systemClock } from "#domain/clock.ts";
import { roles } from "#domain/access/roles.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import { ConsentPolicies } from "#domain/consents/policies.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import { Guardrails } from "#domain/guardrails/guardrails.ts";
import type { ConsentPolicy } from "#domain/consents/policy.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import { Secret } from "#domain/secret.ts";
import { PlainPrincipals } from "#domain/snapshot.ts";
import type { ProviderEntry, Snapshot, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { ClientAddresses } from "#edge/client-addresses.ts";
import { createCompressor } from "#edge/compressor.ts";
import { createCors } from "#edge/cors.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { createEstimator } from "#gateway/estimator/estimator.ts";
import { LiveEvents } from "#gateway/flow/live-events.ts";
import { Flights } from "#gateway/flow/recall/flights.ts";
import { RunningCalls } from "#gateway/flow/running-calls.ts";
import { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import { TargetRoom } from "#gateway/flow/ask/target-room.ts";
import { HedgeShares } from "#gateway/flow/ask/hedge-shares.ts";
import { Places } from "#gateway/flow/places.ts";
import { WaitingRoom } from "#gateway/flow/ask/waiting-room.ts";
import { PromptHolders } from "#gateway/flow/plan/prompt-holders.ts";
import { Shadows } from "#gateway/flow/shadow/shadows.ts";
import { TargetWork } from "#gateway/flow/ask/target-work.ts";
import { createHeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import { openRealtimeDoor } from "#gateway/channels/realtime-door.ts";
import { openChatDoor } from "#gateway/channels/chat-door.ts";
import { HeldBytes } from "#gateway/http/held-bytes.ts";
import { createListener } from "#gateway/http/listener.ts";
import { gatewayRoutes } from "#gateway/route-sources.ts";
import type { Route } from "#gateway/http/route.ts";
import { buildRouter } from "#gateway/http/router.ts";
import { Observers } from "#gateway/http/observers.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import { createVendorSockets } from "#gateway/upstream/sockets/vendor-sockets.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import { Readiness } from "#gateway/readiness.ts";
import { SchemaWork } from "#gateway/schema-work/schema-work.ts";
import { nobodyKeepsSessions } from "#link/chat-sessions.ts";
import { nobodyKnows } from "#link/consents.ts";
import { nobodyRemembers } from "#link/told-requests.ts";
import { CountedScopes } from "#link/counted-scopes.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { Openable } from "#link/opening.ts";
import { createEvents } from "#telemetry/events.ts";
import { createLog } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { usesUndici } from "./way-to-vendors.ts";

export const testKey = "gk-testtesttest-0123456789abcdef";

export function providerNamed(type: string): ProviderDefinition {
  const definition = providers.find((provider) => provider.type === type);
  if (definition === undefined) throw new Error(`there is no provider of type ${type}`);
  return definition;
}

export function makeProvider(type: string, baseUrl: string, change: Partial<ProviderEntry> = {}): ProviderEntry {
  return {
    id: `provider-${type}`,
    name: type,
    definition: providerNamed(type),
    baseUrl,
    credential: new Secret("sk-vendor-credential"),
    settings: {},
    additions: null,
    ...change,
  };
}

export function makeTarget(provider: ProviderEntry, model: string, change: Partial<Target> = {}): Target {
  return {
    provider,
    model,
    modelId: `model-${provider.name}-${model}`,
    prices: null,
    contextLength: null,
    capabilities: null,
    displayName: null,
    createdAt: 0,
    ...change,
  };
}

const noLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

export function makeScope(kind: ScopeKind, id: string, change: Partial<LimitedScope> = {}): LimitedScope {
  return { kind, id, limits: noLimits, budgetNanos: null, ...change };
}

export function makePrincipal(change: Partial<Principal> = {}): Principal {
  return {
    keyId: "key-1",
    keyHash: hash("sha256", testKey),
    publicId: testKey.slice(0, 15),
    userId: "user-1",
    teamId: null,
    organisationId: null,
    grants: roles.member,
    permissions: { models: null },
    teamModels: null,
    scopes: [makeScope("key", "key-1"), makeScope("user", "user-1")],
    privacy: null,
    storePrompts: null,
    expiresAt: null,
    ...change,
  };
}

export interface SnapshotParts {
  readonly targets: readonly Target[];
  readonly principals?: Readonly<Record<string, Principal>>;
  readonly aliases?: Snapshot["aliases"];
  readonly teamAliases?: Snapshot["teamAliases"];
  readonly consents?: readonly ConsentPolicy[];
  readonly guardrails?: readonly GuardrailPart[];
}

export function makeSnapshot({
  targets,
  principals,
  aliases = new Map(),
  teamAliases = new Map(),
  consents = [],
  guardrails = [],
}: SnapshotParts): Snapshot {
  const keys = Object.entries(principals ?? { [testKey]: makePrincipal() });
  const models = new Map<string, readonly Target[]>();
  const all = [aliases, ...teamAliases.values()].flatMap((some) => [...some.values()]);
  const aliased = all.flatMap((alias) => alias.targets.map(({ target }) => target));
  for (const target of targets) models.set(target.model, [...(models.get(target.model) ?? []), target]);
  return {
    version: 1,
    keys: new PlainPrincipals(
      keys.map(([key, principal]) => [hash("sha256", key), { ...principal, keyHash: hash("sha256", key) }]),
    ),
    providers: new Map([...targets, ...aliased].map(({ provider }) => [provider.name, provider])),
    models,
    ...{ aliases, teamAliases },
    aliasPatterns: { everybodys: [], ofTeams: new Map() },
    prices: builtInPrices(),
    consents: new ConsentPolicies(consents),
    guardrails: new Guardrails(guardrails),
    unusableProviders: new Map(),
    unusableModels: new Set(),
  };
}

export interface TestGateway {
  readonly url: string;
  readonly records: readonly UsageRecord[];
  readonly deps: GatewayDeps;
  readonly open: Openable["open"];
  /** What it serves. */
  readonly routes: readonly Route[];
  readonly server: Server;
  swap(snapshot: Snapshot): void;
  close(): Promise<void>;
}

type Settings = Partial<
  Pick<
    GatewayDeps,
    | "upstream"
    | "clock"
    | "random"
    | "journal"
    | "lease"
    | "events"
    | "estimator"
    | "counters"
    | "owners"
    | "turns"
    | "pendingAnswers"
    | "cache"
    | "meanings"
    | "streams"
    | "askers"
    | "consents"
    | "contents"
    | "chatSessions"
    | "tracer"
  >
> & {
  readonly timeouts?: Partial<GatewayDeps["timeouts"]>;
  readonly limits?: Partial<GatewayDeps["limits"]>;
  readonly answers?: Partial<GatewayDeps["answers"]>;
  readonly resting?: Partial<HealthSettings>;
  readonly edge?: Partial<EdgeSettings>;
  readonly capacity?: Partial<GatewayDeps["capacity"]>;
};

/** They take longer to start than most tests; all gateways of a process share them. */
const threads = {
  ...{ estimator: createEstimator(), heavyWork: createHeavyWork(), schemaChecks: new SchemaWork() },
};

export async function startGateway(snapshot: Snapshot, settings: Settings = {}): Promise<TestGateway> {
  const config = loadConfig({ environment: {}, cwd: "/nonexistent" });
  const records: UsageRecord[] = [];
  let inForce = snapshot;
  const readiness = new Readiness();
  readiness.notReadyBecause = null;
  const { open, ...link } = createMemoryLink({ clock: settings.clock ?? systemClock });
  const timeouts = { ...config.timeouts, retryDelayMs: 5, ...settings.timeouts };
  const capacity = { ...config.capacity, ...settings.capacity };
  const metrics = createMetrics();
  let metricsReadAt = 0;
  const upstream = settings.upstream ?? createUpstreamClient(timeouts, direct, { usesUndici });
  const snapshots = { current: () => inForce };
  const steadyTime = new SteadyTime(settings.clock ?? systemClock);
  const deps: GatewayDeps = {
    ...link,
    consents: nobodyKnows,
    toldRequests: nobodyRemembers,
    chatSessions: nobodyKeepsSessions,
    flights: new Flights(),
    contents: null,
    snapshots,
    journal: { append: (record) => void records.push(record), healthy: () => true },
    lease: { holds: () => true },
    upstream,
    sockets: createVendorSockets(),
    authenticator: createAuthenticator({ client: upstream, clock: settings.clock ?? systemClock }),
    ...threads,
    targetHealth: new TargetHealth({
      settings: { ...config.health, ...settings.resting },
      random: settings.random ?? Math.random,
    }),
    targetRoom: new TargetRoom(),
    targetWork: new TargetWork(),
    promptHolders: new PromptHolders(),
    shadows: new Shadows(),
    waitingRoom: new WaitingRoom(),
    places: new Places(),
    hedgeShares: new HedgeShares(),
    runningCalls: new RunningCalls({ snapshots, steadyTime }),
    readiness,
    events: createEvents({ metrics, log: createLog("silent") }),
    liveEvents: new LiveEvents({ signals: link.signals, clock: systemClock }),
    clock: systemClock,
    addresses: new ClientAddresses(settings.edge?.trustedProxies ?? config.edge.trustedProxies),
    steadyTime,
    countedScopes: new CountedScopes(steadyTime, settings.clock ?? systemClock),
    compressor: createCompressor(settings.edge?.compression ?? config.edge.compression),
    random: Math.random,
    tracesVendors: settings.edge?.tracesVendors ?? false,
    version: "test",
    ...settings,
    timeouts,
    limits: { ...config.limits, ...settings.limits },
    answers: { ...config.answers, ...settings.answers },
    capacity,
    neighbours: null,
    tracer: settings.tracer ?? null,
    heldBytes: new HeldBytes(capacity),
  };
  // As they are now, whenever that is.
  const readMetrics = () => metrics.read((metricsReadAt += 1_000));
  const observers = new Observers({ openTo: "all", secrets: [] });
  const routes = gatewayRoutes({ ...deps, observers, readMetrics }, true);
  const cors = createCors({ ...config.edge.cors, ...settings.edge?.cors });
  const chatDoor = openChatDoor({ ...deps, cors, route: buildRouter(deps.events, routes) });
  const server = createListener({
    ...deps,
    ...{ routes, cors },
    tls: null,
    hsts: null,
    upgrades: [chatDoor, openRealtimeDoor({ ...deps, cors })],
    control: ({ url }, response) => response.writeHead(url === "/" ? 200 : 404).end(),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    records,
    deps,
    open,
    routes: routes.routes,
    server,
    swap(next) {
      inForce = next;
    },
    async close() {
      chatDoor.leave();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await deps.upstream.close();
      await settings.estimator?.close();
    },
  };
}
