import type { AnswerSettings, Capacity, RequestLimits, Timeouts } from "#config/config.ts";
import type { Awaitable, Clock, SteadyTime } from "#domain/clock.ts";
import type { SchemaChecks } from "#domain/guardrails/schema-checks.ts";
import type { SnapshotReader } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import type { Compressor } from "#edge/compressor.ts";
import type { Contents } from "#link/contents.ts";
import type { ChatSessions } from "#link/chat-sessions.ts";
import type { Consents } from "#link/consents.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import type { CountedScopes } from "#link/counted-scopes.ts";
import type { Lease } from "#link/lease.ts";
import type { Link } from "#link/link.ts";
import type { Events } from "#telemetry/events.ts";
import type { Tracer } from "#telemetry/traces/tracer.ts";
import type { Estimator } from "./estimator/estimator.ts";
import type { LiveEvents } from "./flow/live-events.ts";
import type { Flights } from "./flow/recall/flights.ts";
import type { RunningCalls } from "./flow/running-calls.ts";
import type { HedgeShares } from "#gateway/flow/ask/hedge-shares.ts";
import type { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import type { TargetRoom } from "#gateway/flow/ask/target-room.ts";
import type { TargetWork } from "#gateway/flow/ask/target-work.ts";
import type { PromptHolders } from "#gateway/flow/plan/prompt-holders.ts";
import type { Places } from "#gateway/flow/places.ts";
import type { Shadows } from "#gateway/flow/shadow/shadows.ts";
import type { WaitingRoom } from "#gateway/flow/ask/waiting-room.ts";
import type { HeavyWork } from "./heavy-work/heavy-work.ts";
import type { Neighbours } from "#gateway/connections/neighbours.ts";
import type { HeldBytes } from "#gateway/http/held-bytes.ts";
import type { Readiness } from "./readiness.ts";
import type { Authenticator } from "./upstream/authenticate.ts";
import type { VendorSockets } from "./upstream/sockets/vendor-sockets.ts";
import type { UpstreamClient } from "./upstream/upstream.ts";

/** Where usage records go. `append` resolves when they are with the kernel, and rejects when they cannot be. */
export interface RecordSink {
  append(record: UsageRecord): Awaitable<void>;
  healthy(): boolean;
}

/** How vendors are asked, and what is known of them. */
export interface Vendors {
  readonly upstream: UpstreamClient;
  readonly sockets: VendorSockets;
  readonly authenticator: Authenticator;
  readonly targetHealth: TargetHealth;
  readonly targetRoom: TargetRoom;
  readonly targetWork: TargetWork;
  readonly promptHolders: PromptHolders;
  readonly shadows: Shadows;
  readonly waitingRoom: WaitingRoom;
  readonly places: Places;
  readonly hedgeShares: HedgeShares;
  readonly heavyWork: HeavyWork;
  /** Whoever looks JSON Schemas through. */
  readonly schemaChecks: SchemaChecks;
  readonly estimator: Estimator;
}

/** What is written down of requests, and the time that is written. */
export interface Books {
  readonly journal: RecordSink;
  /** Without it nobody is admitted. */
  readonly lease: Lease;
  readonly events: Events;
  /** Of what no record is made. */
  readonly liveEvents: Pick<LiveEvents, "isWanted" | "admitted" | "refused" | "personalDataRefused" | "contentBlocked">;
  readonly clock: Clock;
  /** For texts of requests that are to be stored; null: this server stores none. */
  readonly contents: Contents | null;
}

/** Who may ask, and who is asking. */
export interface Callers {
  readonly snapshots: SnapshotReader;
  /** By which keys end. */
  readonly steadyTime: SteadyTime;
  /** By what their requests are counted. */
  readonly countedScopes: CountedScopes;
  /** For what policies hold. */
  readonly consents: Consents;
  /** For what a key may know of its own requests. */
  readonly toldRequests: ToldRequests;
  /** For conversations that are kept. */
  readonly chatSessions: ChatSessions;
  readonly runningCalls: RunningCalls;
  /** Whose answers others wait for. */
  readonly flights: Flights;
  readonly readiness: Readiness;
}

/** What comes and goes by HTTP. */
export interface Door {
  readonly addresses: ClientAddresses;
  readonly compressor: Compressor | null;
  readonly heldBytes: HeldBytes;
  /** Null where one thread answers all requests. */
  readonly neighbours: Neighbours | null;
  /** Null where no traces are told of. */
  readonly tracer: Tracer | null;
}

/** What operators set. */
export interface Settings {
  readonly timeouts: Timeouts;
  readonly limits: RequestLimits;
  readonly capacity: Capacity;
  readonly answers: AnswerSettings;
  readonly tracesVendors: boolean;
  readonly version: string;
}

/** All that the gateway works with. Who works with a part of it takes that part alone. */
export interface GatewayDeps extends Omit<Link, "signals">, Vendors, Books, Callers, Door, Settings {
  /** A number from 0 up to 1. */
  readonly random: () => number;
}
