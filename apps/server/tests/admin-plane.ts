// An admin plane over real HTTP, with a store, encryption and snapshot of its own, for the tests of this folder.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { providers as definitions } from "@ghostllm/llm";
import { AlertWatch } from "#control/alerts/alert-watch.ts";
import type { FetchJson } from "#control/catalog/vendor.ts";
import type { ControlLog } from "#control/control-log.ts";
import type { DeclaredThings } from "#control/declared/standing.ts";
import { EventStreams } from "#control/events/event-streams.ts";
import { OutboxWatch } from "#control/events/outbox-watch.ts";
import { ChatTexts } from "#control/chats/chat-texts.ts";
import { SavedChats } from "#control/chats/saved-chats.ts";
import { ContentKeys } from "#control/contents/content-keys.ts";
import { ContentReader } from "#control/contents/content-reader.ts";
import type { AcmeSettings } from "#config/tls-config.ts";
import { CertificateBoard } from "#control/certificates/certificate-board.ts";
import { createEncryption } from "#control/encryption/encryption.ts";
import { localKey } from "#control/encryption/local-key.ts";
import { createControlServer } from "#control/http/control-server.ts";
import { FinishedRequests } from "#control/live/finished-requests.ts";
import { Refusals } from "#control/live/refusals.ts";
import { GatewayReports } from "#control/targets/gateway-reports.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import { SystemMonitor } from "#control/system/system-monitor.ts";
import type { Counters } from "#link/counters.ts";
import type { Health } from "#link/health.ts";
import { MemoryCache } from "#link/memory/cache.ts";
import { MemoryMeanings } from "#link/memory/meanings.ts";
import { MemoryCounters } from "#link/memory/counters.ts";
import { MemoryHealth } from "#link/memory/health.ts";
import { MemorySignals } from "#link/memory/signals.ts";
import { GhostError } from "@ghostllm/contract";
import { services } from "@ghostllm/contract/routes";
import { InstanceRegistry } from "#control/instances/registry.ts";
import type { Mailer } from "#control/mail/mailer.ts";
import { PriceListSource } from "#control/prices/price-source.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { IssuerSignIn } from "#control/sign-in/issuer-sign-in.ts";
import { Passkeys } from "#control/sign-in/passkeys.ts";
import { SecondFactor } from "#control/sessions/second-factor.ts";
import { FactorDemand, type DemandedOf } from "#control/sessions/factor-demand.ts";
import { createPasswords } from "#control/sessions/passwords.ts";
import type { Passwords } from "#control/sessions/passwords.ts";
import { createSessions } from "#control/sessions/sessions.ts";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { SnapshotSource } from "#control/snapshot/snapshot-source.ts";
import { openStore } from "#control/store/open-store.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { ClientAddresses } from "#edge/client-addresses.ts";
import { SteadyTime, type Clock } from "#domain/clock.ts";
import { createCompressor } from "#edge/compressor.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import { SchemaWork } from "#gateway/schema-work/schema-work.ts";
import type { TestDatabase } from "./store-support/engines.ts";
import { copySqlite } from "./store-support/templates.ts";

export const adminKey = "admin-key-of-the-tests";

export interface LogLine {
  readonly fields: object;
  readonly message: string;
}

export interface AdminPlane {
  readonly url: string;
  readonly store: OpenStore;
  readonly snapshots: SnapshotSource;
  readonly admin: Client;
  /** Of the clock that the plane runs on, in epoch ms. */
  readonly clock: { nowMs: number };
  readonly logged: readonly LogLine[];
  /** To be told of what was stored. */
  readonly finished: FinishedRequests;
  /** Targets that the gateway leaves alone. */
  readonly resting: RestingTarget[];
  readonly counters: Counters;
  readonly cache: MemoryCache;
  readonly meanings: MemoryMeanings;
  readonly health: Health;
  readonly refusals: Refusals;
  /** It looks when a test says so. */
  readonly alerts: AlertWatch;
  readonly board: CertificateBoard;
  readonly journal: { pendingRecords: number; pendingBytes: number; isHealthy: boolean };
  as(apiKey: string | null): Client;
  /** The token of a new session of this user, without a password. */
  sessionOf(userId: string): Promise<string>;
  request(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

interface PlaneOptions {
  readonly fetchJson?: FetchJson;
  /** Asks issuers. */
  readonly ask?: AskWeb;
  /** Absent: SQLite. */
  readonly database?: TestDatabase;
  /** A file with a list of prices. */
  readonly priceSource?: string | null;
  /** Where backups go, which nobody makes here. */
  readonly backupTo?: string | null;
  readonly backupEveryMs?: number | null;
  readonly trustedProxies?: readonly string[];
  readonly egress?: EgressSettings;
  readonly answersLiteLlm?: boolean;
  readonly consoleDirectory?: string | null;
  /** How long single requests are kept. */
  readonly usageDays?: number | null;
  readonly mailer?: Mailer | null;
  /** Absent: such as cost next to nothing. */
  readonly passwords?: Passwords;
  /** Where people reach it. */
  readonly publicUrl?: string | null;
  readonly requireSecondFactor?: DemandedOf;
}

/** The fewest rounds that bcrypt takes: what people do with passwords is the same with all. */
/** Nobody asks it here. */
const acme: AcmeSettings = {
  ...{ domains: ["llm.example.com"], directoryUrl: "https://acme.example.com/directory", email: null },
  ...{ caFile: null, certificates: null, externalAccount: null, keyType: "ecdsa", retryMs: 300_000 },
};
const quickPasswords = createPasswords(4);

export async function startAdminPlane({
  fetchJson = noVendor,
  ask = noIssuer,
  database,
  priceSource = null,
  backupTo = null,
  backupEveryMs = null,
  trustedProxies = [],
  egress = usualEgress,
  consoleDirectory = null,
  answersLiteLlm = false,
  usageDays = null,
  mailer = null,
  passwords = quickPasswords,
  publicUrl = null,
  requireSecondFactor = "none",
}: PlaneOptions = {}): Promise<AdminPlane> {
  const dataDir = await mkdtemp(join(tmpdir(), "ghostllm-admin-"));
  const databaseUrl = database?.databaseUrl ?? null;
  if (databaseUrl === null) await copySqlite(dataDir);
  const logged: LogLine[] = [];
  const log = recordLog(logged);
  const time = { nowMs: Date.now() };
  const clock: Clock = { now: () => time.nowMs, monotonic: () => time.nowMs };
  const steadyTime = new SteadyTime(clock);
  // Every row gets a millisecond of its own, so that ids are in the order of creation.
  const opened = await openStore({
    databaseUrl,
    dataDir,
    log,
    usageDays,
    now: () => (time.nowMs += 1),
  });
  // A machine that does other work is slow, and no database that is away is shown here.
  const store: OpenStore = { ...opened, within: (ms, run) => opened.within(20 * ms, run) };
  const encryption = createEncryption([localKey(new Secret("01".repeat(32)), "configured")]);
  const sources = { store, encryption, definitions, log, baseUrlOf: () => null };
  const prices = new PriceListSource({
    source: priceSource,
    refreshMs: 60_000,
    readUrl: noUrl,
    settings: store.settings,
    now: clock.now,
    log,
  });
  await prices.open();
  const snapshots = createSnapshotSource({ ...sources, prices: () => prices.current() });
  prices.onChange = () => snapshots.catchUp();
  await snapshots.catchUp();
  const finished = new FinishedRequests();
  const resting: RestingTarget[] = [];
  const counters = new MemoryCounters(clock);
  const cache = new MemoryCache(clock, 1_000_000);
  const meanings = new MemoryMeanings(clock);
  const health = new MemoryHealth();
  const refusals = new Refusals(clock);
  const journal = { pendingRecords: 0, pendingBytes: 0, isHealthy: true, healthy: () => journal.isHealthy };
  const monitor = new SystemMonitor();
  const signals = new MemorySignals();
  const watch = new OutboxWatch(store.events);
  const streams = { store: store.events, watch, signals, source: "/test", instance: "test", clock };
  const eventStreams = new EventStreams(streams);
  const instance = { id: "one", installation: "here", host: "host", processId: 1, version: "0.0.0-test", workers: 1 };
  const registry = new InstanceRegistry({ store, instance: { ...instance, services } });
  await registry.open();
  const secondFactor = new SecondFactor({ store, encryption, clock });
  const factorDemand = new FactorDemand({ store, of: () => requireSecondFactor });
  const secret = new Secret("a secret of the tests");
  const sessions = createSessions({ store, clock, steadyTime, passwords, secondFactor, factorDemand, secret });
  const issuerSignIn = new IssuerSignIn({
    ...{ store, sessions, encryption, clock, log, ask },
    rightsChanged: () => snapshots.catchUp(),
    withdraw: async () => {},
  });
  const contentKeys = new ContentKeys({ store, encryption, now: clock.now });
  const chatTexts = new ChatTexts({ store, keys: contentKeys });
  const board = new CertificateBoard();
  const configuration = {
    ...{
      readAt: 0,
      problems: [],
      file: "/etc/ghostllm.yaml",
      text: "",
      settings: [],
      providers: [],
      reload: async () => {},
    },
    check: () => ({ problems: [], warnings: [], changes: [], declaresOtherwise: false }),
  };
  const backupPlan = { to: backupTo, sealedBy: "passphrase" as const, everyMs: backupEveryMs, keep: 14, archive: null };
  const alerts = new AlertWatch({
    ...{ store, health, journal, configuration, backupPlan, board, dataDir, clock, steadyTime, log },
    ...{ declared: nothingDeclared, snapshot: () => snapshots.current(), resting: () => resting },
    ...{ redisAway: () => null, changed: async () => {} },
  });
  const control = await createControlServer({
    fileSchema: {},
    declared: nothingDeclared,
    ...sources,
    ...{ services, registry },
    contents: new ContentReader({ store, keys: contentKeys }),
    ...{ chatTexts, savedChats: new SavedChats({ store, texts: chatTexts }) },
    ...{ schemaChecks: new SchemaWork(), askGuardrail: () => Promise.reject(new Error("nobody is asked here")) },
    clock,
    addresses: new ClientAddresses({ addresses: trustedProxies, header: "auto" }),
    compressor: createCompressor({ isEnabled: true, minBytes: 1024 }),
    steadyTime,
    fetchJson,
    postText: noWebhook,
    ...{ eventStreams, eventSource: "/test" },
    egress: new Egress(egress),
    version: "0.0.0-test",
    ...{ consoleDirectory, answersLiteLlm },
    ...{ board, acme, challenges: null },
    ...{ sessions, passwords, issuerSignIn, secondFactor, factorDemand, mailer },
    passkeys: new Passkeys({ store, encryption, clock, publicUrl }),
    changed: () => snapshots.catchUp(),
    withdraw: async () => {},
    endRests: async () => {},
    addSpent: async (charges) => {
      for (const { scope, nanos } of charges) counters.addSpent(scope, nanos);
    },
    prices,
    adminKeys: [new Secret(adminKey)],
    snapshot: () => snapshots.current(),
    ...{
      finished,
      refusals,
      signals,
      resting: () => resting,
      reports: new GatewayReports(),
      counters,
      ...{ cache, meanings, cacheBytes: 1_000_000 },
      health,
      journal,
      dataDir,
      monitor,
    },
    ...{ backupPlan, configuration, alerts },
  });
  const server = createServer(control.handle);
  server.on("upgrade", (request, socket, head) => {
    try {
      control.upgrade(request, socket, head);
    } catch (error) {
      socket.end(`HTTP/1.1 ${error instanceof GhostError ? error.status : 500} Refused\r\nconnection: close\r\n\r\n`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  const url = `http://127.0.0.1:${address.port}`;
  const as = (apiKey: string | null) => createClient({ baseUrl: url, apiKey });
  return {
    url,
    store,
    snapshots,
    admin: as(adminKey),
    clock: time,
    finished,
    ...{ resting, counters, cache, meanings, health, journal, refusals, alerts, board },
    logged,
    as,
    async sessionOf(userId) {
      const user = await store.users.find(userId, "all");
      if (user === undefined) throw new Error(`There is no user ${userId}`);
      const place = { address: "", userAgent: "", isBrowser: false };
      return (await sessions.open({ user, method: "password", hasFactor: false, refreshAt: null, ...place })).token;
    },
    request: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { authorization: `Bearer ${adminKey}`, ...toRecord(init.headers) } }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await control.close();
      monitor.close();
      await snapshots.close();
      await registry.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
      await database?.dispose();
    },
  };
}

function toRecord(headers: RequestInit["headers"]): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

function recordLog(lines: LogLine[]): ControlLog {
  const record = (fields: object, message: string): void => void lines.push({ fields, message });
  return { info: record, warn: record, error: record };
}

const nothingDeclared: DeclaredThings = {
  standing: async () => ({ file: null, state: "none", applied: null, problems: [] }),
  drift: async () => ({ steps: [], problems: [] }),
  applyNow: async () => [],
};

const noUrl = async () => undefined;

const noWebhook = async () => {
  throw new Error("connection refused");
};

const noIssuer: AskWeb = async () => {
  throw new Error("connection refused");
};

const noVendor: FetchJson = async () => {
  throw new Error("connection refused");
};

export function postJson(body: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
