// The object graph, top to bottom: the one place that knows every part. Called by main.ts and by tests.
// Invariant: what is opened here is closed by `close`, in the reverse order, and nothing else is kept alive.

import { join } from "node:path";
import { demoModels, startDemoUpstream } from "@ghostllm/fake-upstream";
import { joinUrl, providers } from "@ghostllm/llm";
import type { Config } from "#config/config.ts";
import { Rediscovery } from "#control/catalog/rediscovery.ts";
import type { FetchJson } from "#control/catalog/vendor.ts";
import { describeProxies } from "#config/proxy.ts";
import { loadEncryption } from "#control/encryption/encryption.ts";
import { detectOllama } from "#control/first-start/detect-ollama.ts";
import { prepareStart } from "#control/first-start/first-start.ts";
import type { StartFacts } from "#control/first-start/first-start.ts";
import { createControlServer } from "#control/http/control-server.ts";
import { loadJwtSecret } from "#control/sessions/jwt-secret.ts";
import { PriceListSource } from "#control/prices/price-source.ts";
import { createSessions } from "#control/sessions/sessions.ts";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import { SteadyTime, systemClock } from "#domain/clock.ts";
import { Egress } from "#domain/egress/egress.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { ClientAddresses } from "#edge/client-addresses.ts";
import { createCompressor } from "#edge/compressor.ts";
import { createCors } from "#edge/cors.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { createEstimator } from "#gateway/estimator/estimator.ts";
import { settleLast, settleOverdue } from "#gateway/flow/stored/background.ts";
import { RunningCalls } from "#gateway/flow/running-calls.ts";
import { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import { createHeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import { HeldBytes } from "#gateway/http/held-bytes.ts";
import { createListener } from "#gateway/http/listener.ts";
import { Readiness } from "#gateway/readiness.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import { fetchJson } from "#gateway/upstream/fetch-json.ts";
import type { JsonSources } from "#gateway/upstream/fetch-json.ts";
import { createUndiciClient } from "#gateway/upstream/undici-client.ts";
import type { Health } from "#link/health.ts";
import { openJournal } from "#link/journal/journal.ts";
import type { Journal } from "#link/journal/journal.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { OwnedObject } from "#link/owners.ts";
import { createEvents } from "#telemetry/events.ts";
import type { Events } from "#telemetry/events.ts";
import type { Log } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { Disposer } from "./disposer.ts";
import { pickExampleModel } from "./example-model.ts";
import { startGivingBack } from "./give-back.ts";
import { reserveAddress, serveOn } from "./listen.ts";
import { prepareClosing } from "./listener-closer.ts";
import { observersOf } from "./observers-of.ts";
import { makePrivate } from "./private-directory.ts";
import { capacityWithin, openFilesLimit } from "./open-files.ts";
import { openBooks } from "./open-books.ts";
import { RunningRequests } from "./running-requests.ts";
import { stopServing } from "./stopping.ts";
import { hstsOf, openTlsFront } from "./tls-front.ts";
import { version } from "./version.ts";

export interface RunningServer {
  readonly url: string;
  /** From where plain HTTP is led to it; null where it is not. */
  readonly redirectUrl: string | null;
  readonly facts: StartFacts;
  /** Of the providers that can be asked. */
  readonly providerNames: readonly string[];
  /** A model for a first try; null where there is none. */
  readonly exampleModel: string | null;
  /** Which way requests go to vendors; null where they go directly. */
  readonly proxies: string | null;
  /** Reads anew what may change while the server runs; null where there is nothing of the kind. */
  readonly reload: (() => Promise<void>) | null;
  /** Stops taking requests, lets streams finish within the drain time, stores what is in the journal, lets go of all. */
  close(): Promise<void>;
}

const overdueIntervalMs = 5_000;
/** A key that is revoked ends its requests within a second. */
const reviewIntervalMs = 400;
const vendorListTimeoutMs = 10_000;
const priceListTimeoutMs = 10_000;

export async function compose(config: Config, log: Log): Promise<RunningServer> {
  const disposer = new Disposer();
  try {
    return await build(config, log, disposer);
  } catch (error) {
    await disposer.dispose();
    throw error;
  }
}

async function build(config: Config, log: Log, disposer: Disposer): Promise<RunningServer> {
  const clock = systemClock;
  const steadyTime = new SteadyTime(clock);
  const metrics = createMetrics();
  const events = createEvents({ metrics, log });
  const readiness = new Readiness();
  const addresses = new ClientAddresses(config.edge.trustedProxies);
  const compressor = createCompressor(config.edge.compression);
  const { dataDir } = config;

  if (!(await makePrivate(dataDir)))
    log.warn({ dataDir }, "Other users of this machine can look into the data directory");
  // The journal before all else: its lock says at once whether another server has this data directory.
  const journal = await openJournal({ directory: join(dataDir, "journal"), log });
  disposer.add(() => journal.close());
  const link = createMemoryLink({ clock, write: (object) => writeOwner(journal, events, object) });
  const { health } = link;
  const tls = await openTlsFront(config, { health, log, disposer });
  const reserved = await reserveAddress(config.server);
  disposer.add(() => void reserved.close());
  metrics.watchJournal(() => journal);
  const books = await openBooks(config, { journal, events, link, clock, log, disposer });
  const { store, lease } = books;

  const demo = await startDemoUpstream();
  disposer.add(() => demo.close());
  const egress = new Egress(config.egress, [demo.url]);
  const upstream = createUndiciClient(config.timeouts, config.network, { egress });
  disposer.add(() => upstream.close());
  const authenticator = createAuthenticator({ client: upstream, clock });
  const vendors = { client: upstream, authenticator };
  const encryption = await loadEncryption({ encryptionKey: config.encryptionKey, dataDir, log });
  const baseUrlOf = (type: string): string | null => (type === "demo" ? `${demo.url}/v1` : null);
  const providerSources = { encryption, definitions: providers, baseUrlOf };
  const facts = await prepareStart({
    ...providerSources,
    store,
    config,
    log,
    detectOllama: () => detectOllama((url, timeoutMs) => fetchJson(vendors, { url, provider: null, timeoutMs })),
    demoModels: Object.values(demoModels),
  });

  const prices = new PriceListSource({
    ...config.prices,
    dataDir,
    readUrl: (url) => readPriceUrl(vendors, url),
    now: clock.now,
    log,
  });
  await prices.open();
  disposer.add(() => prices.close());
  const snapshots = createSnapshotSource({
    ...providerSources,
    store,
    log,
    prices: () => prices.current(),
    onSwap: (snapshot) => {
      events.snapshotSwapped(snapshot.version);
      reportProviders(health, snapshot);
    },
  });
  await snapshots.rebuild();
  snapshots.startRefreshing();
  prices.onChange = () => snapshots.rebuild();
  prices.startRefreshing();
  disposer.add(() => snapshots.close());

  const askVendor: FetchJson = (provider, path, body) =>
    fetchJson(vendors, { url: joinUrl(provider.baseUrl, path), provider, body, timeoutMs: vendorListTimeoutMs });
  const secret = await loadJwtSecret({ configured: config.jwtSecret, store, encryption, log });
  const runningCalls = new RunningCalls({ snapshots, steadyTime });
  const control = await createControlServer({
    ...providerSources,
    store,
    log,
    clock,
    addresses,
    compressor,
    steadyTime,
    version,
    egress,
    sessions: createSessions({ store, secret, clock, steadyTime }),
    adminKeys: facts.adminKeys,
    snapshot: () => snapshots.current(),
    changed: () => snapshots.rebuild(),
    withdraw: (right) => runningCalls.withdrawOf(right),
    prices,
    fetchJson: askVendor,
  });
  disposer.add(() => control.close());

  const [estimator, heavyWork] = [createEstimator(), createHeavyWork()];
  disposer.add(async () => void (await Promise.all([estimator.close(), heavyWork.close()])));
  const running = new RunningRequests();
  const capacity = capacityWithin(config.capacity, await openFilesLimit());
  const heldBytes = new HeldBytes(capacity);
  metrics.watchHeldBytes(() => heldBytes.total);
  disposer.add(startGivingBack(heldBytes));
  const reviewer = setInterval(() => runningCalls.review(), reviewIntervalMs);
  disposer.add(() => clearInterval(reviewer));
  const gateway: GatewayDeps = {
    ...link,
    snapshots,
    journal,
    lease,
    upstream,
    authenticator,
    estimator,
    heavyWork,
    targetHealth: new TargetHealth(),
    runningCalls,
    readiness,
    events: running.watch(events),
    clock,
    addresses,
    compressor,
    steadyTime,
    random: Math.random,
    timeouts: config.timeouts,
    limits: config.limits,
    capacity,
    heldBytes,
    answers: config.answers,
    tracesVendors: config.edge.tracesVendors,
    version,
  };
  const overdue = setInterval(() => void settleOverdue(gateway), overdueIntervalMs);
  disposer.add(async () => {
    clearInterval(overdue);
    await settleLast(gateway);
  });
  const server = createListener({
    ...gateway,
    cors: createCors(config.edge.cors),
    tls: tls?.options ?? null,
    hsts: hstsOf(config.edge),
    observers: observersOf(config, facts.adminKeys),
    watchConnections: (read) => metrics.watchConnections(read),
    control: (request, response) => control.handle(request, response),
    readMetrics: () => metrics.read(clock.monotonic()),
  });
  const rediscovery = new Rediscovery({
    snapshot: () => snapshots.current(),
    store,
    fetchJson: askVendor,
    clock,
    log,
    changed: () => snapshots.rebuild(),
    intervalMs: config.modelListIntervalMs,
  });
  rediscovery.start();
  disposer.add(() => rediscovery.stop());
  tls?.keepUpToDate(server);
  const closeListener = prepareClosing(server);
  const url = await serveOn(server, reserved);
  const redirectUrl = (await tls?.serveRedirect(config.edge, config.server.port || Number(new URL(url).port))) ?? null;
  readiness.notReadyBecause = null;
  const { timeouts } = config;
  disposer.add(() => stopServing({ readiness, timeouts, closeListener, runningCalls: gateway.runningCalls, running }));
  return {
    url,
    facts,
    providerNames: [...snapshots.current().providers.keys()],
    proxies: describeProxies(config.network),
    exampleModel: pickExampleModel(snapshots.current()),
    redirectUrl,
    reload: tls === null ? null : () => tls.reload(),
    close: () => disposer.dispose(),
  };
}

async function readPriceUrl(sources: JsonSources, url: string): Promise<unknown> {
  const { status, body } = await fetchJson(sources, { url, provider: null, timeoutMs: priceListTimeoutMs });
  if (status !== 200) throw new Error(`it answers HTTP ${status}`);
  return body;
}

/** What is new goes into the journal, and from there into the database, as usage does. */
function writeOwner(journal: Journal, events: Events, object: OwnedObject): void {
  try {
    journal.appendObject(object);
  } catch (error) {
    // It is known until the next start.
    events.internalError("journal", error);
  }
}

/** A provider that cannot be used degrades `/health`: its models answer 503 until an operator has repaired it. */
function reportProviders(health: Health, snapshot: Snapshot): void {
  const reasons = [...snapshot.unusableProviders].map(([name, reason]) => `${name}: ${reason}`);
  const detail = reasons.length === 0 ? `${snapshot.providers.size} in use` : reasons.join("; ");
  health.report("providers", { isHealthy: reasons.length === 0, detail });
}
