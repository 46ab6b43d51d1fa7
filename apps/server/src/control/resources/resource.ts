// What every admin resource is made of. One file per resource in this folder; control/http binds them to the contract.
// Invariant: a handler that changes what the gateway sees awaits `changed` before it answers.

import type { AdminRoute, AdminRoutes, ParsedInput, RouteAnswer, StreamType } from "@ghostllm/contract/routes";
import type { Readable } from "node:stream";
import type { AcmeSettings } from "#config/tls-config.ts";
import type { AlertWatch } from "#control/alerts/alert-watch.ts";
import type { CertificateBoard } from "#control/certificates/certificate-board.ts";
import type { Signals } from "#link/signals.ts";
import type { SecurityNotes } from "#control/audit/security-notes.ts";
import type { EventStreams } from "#control/events/event-streams.ts";
import type { BackupPlanInForce } from "#control/backup/plan.ts";
import type { PostText } from "#control/events/webhook-post.ts";
import type { ChatTexts } from "#control/chats/chat-texts.ts";
import type { SavedChats } from "#control/chats/saved-chats.ts";
import type { ContentReader } from "#control/contents/content-reader.ts";
import type { FetchJson } from "#control/catalog/vendor.ts";
import type { ControlLog } from "#control/control-log.ts";
import type { DeclaredThings } from "#control/declared/standing.ts";
import type { InstanceRegistry } from "#control/instances/registry.ts";
import type { Mailer } from "#control/mail/mailer.ts";
import type { PriceSource } from "#control/prices/price-source.ts";
import type { Passkeys } from "#control/sign-in/passkeys.ts";
import type { PasswordMails } from "#control/sign-in/password-mails.ts";
import type { IssuerSignIn } from "#control/sign-in/issuer-sign-in.ts";
import type { FactorDemand } from "#control/sessions/factor-demand.ts";
import type { Passwords } from "#control/sessions/passwords.ts";
import type { SecondFactor } from "#control/sessions/second-factor.ts";
import type { Sessions } from "#control/sessions/sessions.ts";
import type { ProviderSources } from "#control/snapshot/providers.ts";
import type { Store } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Charge } from "#domain/budgets/budget.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { Egress } from "#domain/egress/egress.ts";
import type { AskGuardrail } from "#domain/guardrails/asker.ts";
import type { SchemaChecks } from "#domain/guardrails/schema-checks.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { ConfigurationInForce } from "#control/system/configuration-in-force.ts";
import type { SystemMonitor } from "#control/system/system-monitor.ts";
import type { GatewayReports } from "#control/targets/gateway-reports.ts";
import type { Cache } from "#link/cache.ts";
import type { Meanings } from "#link/meanings.ts";
import type { Counters } from "#link/counters.ts";
import type { Health } from "#link/health.ts";
import type { Journal } from "#link/journal/journal.ts";
import type { Right } from "#domain/right.ts";

export interface ResourceDependencies extends ProviderSources {
  readonly store: Omit<Store, "credentials">;
  readonly registry: Pick<InstanceRegistry, "instance" | "list" | "isAlive">;
  readonly sessions: Sessions;
  readonly passwords: Pick<Passwords, "hash">;
  readonly issuerSignIn: IssuerSignIn;
  readonly secondFactor: SecondFactor;
  readonly factorDemand: FactorDemand;
  readonly passkeys: Passkeys;
  /** Null where no mail server is configured. */
  readonly mailer: Mailer | null;
  readonly passwordMails: PasswordMails;
  readonly savedChats: SavedChats;
  /** Asks webhooks and moderation endpoints about a text. */
  readonly askGuardrail: AskGuardrail;
  /** Whoever looks JSON Schemas through. */
  readonly schemaChecks: SchemaChecks;
  readonly chatTexts: Pick<ChatTexts, "openStored">;
  /** Opens the stored texts of requests. */
  readonly contents: Pick<ContentReader, "read" | "open">;
  /** Of who fails. */
  readonly notes: SecurityNotes;
  readonly fetchJson: FetchJson;
  readonly postText: PostText;
  /** What events name as their source. */
  readonly eventSource: string;
  readonly eventStreams: Pick<EventStreams, "open">;
  /** One change of who may do what after the other, each judged by what the last has left. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Resolves when the change is in force on the gateway. */
  readonly changed: () => Promise<void>;
  /** What was spent elsewhere and is in the store: budgets count it when this resolves. */
  readonly addSpent: (charges: readonly Charge[]) => Promise<void>;
  /** Ends what runs by a right that is no more; a snapshot of a large store may take longer than that should. */
  readonly withdraw: (right: Right) => Promise<void>;
  /** Models of the provider that are left alone are asked by the next request. */
  readonly endRests: (providerId: string, because: "changed" | "tested") => Promise<void>;
  /** The snapshot in force. */
  readonly snapshot: () => Snapshot;
  /** The list of prices in force. */
  readonly prices: Pick<PriceSource, "current" | "state" | "refresh">;
  /** Whom this server may ask. */
  readonly egress: Egress;
  readonly clock: Clock;
  /** What gateways know of targets. */
  readonly reports: GatewayReports;
  /** Targets that the gateway leaves alone for a while. */
  readonly resting: () => readonly RestingTarget[];
  /** Requests that no vendor was asked for. */
  readonly refusals: Pick<Refusals, "latest">;
  readonly counters: Pick<Counters, "inUse">;
  /** Of answers, and what it may hold. */
  readonly cache: Pick<Cache, "use" | "purge">;
  readonly cacheBytes: number;
  /** By which kept answers are found, too. */
  readonly meanings: Meanings;
  readonly health: Pick<Health, "parts">;
  readonly journal: Pick<Journal, "healthy" | "pendingRecords" | "pendingBytes">;
  readonly monitor: SystemMonitor;
  readonly configuration: ConfigurationInForce;
  readonly backupPlan: BackupPlanInForce;
  /** What this server sees of the reasons of alerts. */
  readonly alerts: Pick<AlertWatch, "seen">;
  /** What the configuration file declares. */
  readonly declared: DeclaredThings;
  readonly dataDir: string;
  /** Certificates that clients are shown. */
  readonly board: Pick<CertificateBoard, "list">;
  /** Null where no authority issues them. */
  readonly acme: AcmeSettings | null;
  readonly signals: Pick<Signals, "send">;
  /** Of GhostLLM. */
  readonly version: string;
  /** How many pages are told signals. */
  readonly lookingOn: () => number;
  /** By which keys and sessions end. */
  readonly steadyTime: SteadyTime;
  readonly log: ControlLog;
}

export type AttemptKind = "issuer" | "passkey";

/** The browser of somebody who has signed in to the console. */
export interface Browser {
  /** Rejects what a page of another origin has sent. */
  refuseOtherPages(): void;
  /** Until then, in epoch ms. */
  keepSession(token: string, expiresAt: number): void;
  forgetSession(): void;
  /** Does the page that asks come from there? */
  isOwnAddress(url: URL): boolean;
  /** Of the page that asks, as the browser names it; null where it names none. */
  readonly origin: string | null;
  /** A sign-in that was begun at an issuer, or what was begun with a passkey. */
  keepAttempt(of: AttemptKind, sealed: string, lifetimeMs: number): void;
  /** It counts once. Null where there is none. */
  takeAttempt(of: AttemptKind): string | null;
}

/** Who calls a route that is not for everybody, and how far what the route is about reaches for him. */
export interface Caller {
  readonly actor: Actor;
  /** To be handed to the store, which finds nothing beyond it. */
  readonly reach: Reach;
}

/** Of a route that goes on answering. */
export interface Follower {
  /** What `Last-Event-ID` says; null where it says nothing. */
  readonly lastEventId: string | null;
  /** Who the caller is now. Rejects when he may not call any more. */
  readonly recheck: () => Promise<Actor>;
}

/** CSV is read whole by clients, and sent as it comes all the same. */
type IsStream<Route extends AdminRoute> = Route extends { readonly mediaType: StreamType | "text/csv" } ? true : false;
type IsFollowed<Route extends AdminRoute> = Route extends { readonly mediaType: "text/event-stream" } ? true : false;

export type Handler<Route extends AdminRoute> = (
  request: ParsedInput<Route> & {
    readonly address: string;
    readonly userAgent: string;
    readonly browser: Browser;
  } & (Route["permission"] extends "public" ? unknown : Caller) &
    (IsFollowed<Route> extends true ? Follower : unknown),
) => Promise<IsStream<Route> extends true ? Readable : RouteAnswer<Route>>;

/** One handler for every route of a group: a missing one does not compile. */
export type Resource<Group extends keyof AdminRoutes> = {
  readonly [Name in keyof AdminRoutes[Group]]: Handler<Extract<AdminRoutes[Group][Name], AdminRoute>>;
};
