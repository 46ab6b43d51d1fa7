// The control plane: what was configured, the snapshot in force, and the server of the admin API. Called by compose.ts.

import { fileSchema } from "#config/file-schema.ts";
import type { LoadedConfig } from "#config/load.ts";
import type { CertificateBoard } from "#control/certificates/certificate-board.ts";
import { Challenges } from "#control/certificates/challenges.ts";
import { ChatTexts } from "#control/chats/chat-texts.ts";
import { SavedChats } from "#control/chats/saved-chats.ts";
import { ContentKeys } from "#control/contents/content-keys.ts";
import { ContentReader } from "#control/contents/content-reader.ts";
import type { BackupPlanInForce } from "#control/backup/plan.ts";
import type { ConfigurationInForce } from "#control/system/configuration-in-force.ts";
import { SystemMonitor } from "#control/system/system-monitor.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import { loadEncryption } from "#control/encryption/load-encryption.ts";
import { requireSameSecrets } from "#control/encryption/same-secrets.ts";
import { prepareStart } from "#control/first-start/first-start.ts";
import type { StartFacts } from "#control/first-start/first-start.ts";
import { createControlServer } from "#control/http/control-server.ts";
import type { ControlServer } from "#control/http/control-server.ts";
import type { ResourceDependencies } from "#control/resources/resource.ts";
import { alone } from "#control/leases/alone.ts";
import type { InstanceRegistry } from "#control/instances/registry.ts";
import type { Work } from "#control/leases/leased-work.ts";
import { repeating } from "#control/leases/repeating.ts";
import type { Leases } from "#control/leases/leases.ts";
import { PriceListSource } from "#control/prices/price-source.ts";
import { loadJwtSecret } from "#control/sessions/jwt-secret.ts";
import { IssuerSignIn } from "#control/sign-in/issuer-sign-in.ts";
import { Passkeys } from "#control/sign-in/passkeys.ts";
import { SecondFactor } from "#control/sessions/second-factor.ts";
import { FactorDemand } from "#control/sessions/factor-demand.ts";
import { createPasswords } from "#control/sessions/passwords.ts";
import type { Passwords } from "#control/sessions/passwords.ts";
import { createSessions } from "#control/sessions/sessions.ts";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { SnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { Store } from "#control/store/store.ts";
import type { Charge } from "#domain/budgets/budget.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Snapshot, SnapshotReader } from "#domain/snapshot.ts";
import type { DeclaredKeeper } from "#control/declared/keeper.ts";
import type { Health } from "#link/health.ts";
import type { Link } from "#link/link.ts";
import type { Openable } from "#link/opening.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import type { Signals } from "#link/signals.ts";
import { version } from "#version.ts";
import type { GatewayReports } from "#control/targets/gateway-reports.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { FinishedRequests } from "#control/live/finished-requests.ts";
import { askerAlone } from "#gateway/flow/guard/ask-alone.ts";
import { SchemaWork } from "#gateway/schema-work/schema-work.ts";
import { watchAlerts } from "./alerts.ts";
import { openDeclared } from "./declared.ts";
import { openEvents } from "./events.ts";
import { openMailer } from "./mail.ts";
import { startReports } from "./reports.ts";
import { restingTargets } from "./resting-targets.ts";
import { tellChange, tellPages } from "./tell-change.ts";
import type { Foundation } from "./foundation.ts";
import type { Vendors } from "./vendors.ts";
import { startHealthChecks, startRediscovery } from "./watch-vendors.ts";

export interface ControlParts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly leases: Leases;
  readonly registry: InstanceRegistry;
  readonly backupPlan: BackupPlanInForce;
  /** Null where this is the only instance. */
  readonly shared: Pick<RedisLink, "instances" | "awayBecause"> | null;
  readonly vendors: Vendors;
  readonly link: Pick<Link, "cache" | "counters" | "health" | "meanings" | "signals"> & Pick<Openable, "addSpent">;
  readonly finished: FinishedRequests;
  readonly refusals: Refusals;
  readonly reports: GatewayReports;
  readonly given: Pick<LoadedConfig, "declared" | "digest">;
  readonly configuration: ConfigurationInForce;
  /** Of counters that threads share. */
  readonly counterBytes: number;
  /** Certificates that clients are shown. */
  readonly board: CertificateBoard;
}

export interface Control {
  readonly encryption: Encryption;
  readonly facts: StartFacts;
  readonly snapshots: SnapshotSource;
  readonly server: ControlServer;
  readonly contentKeys: ContentKeys;
  readonly chats: Chats;
  readonly declared: DeclaredKeeper;
}

/** Conversations that are kept, opened. */
interface Chats {
  readonly texts: ChatTexts;
  readonly saved: SavedChats;
}

export async function openControl(parts: ControlParts): Promise<Control> {
  const { foundation, store, vendors } = parts;
  const { config, log, clock } = foundation;
  const { encryption: settings, dataDir } = config;
  const encryption = await loadEncryption({ settings, dataDir, log, ask: vendors.askWeb, now: clock.now });
  const { detectOllama, demoModels, ...sources } = { ...vendors, encryption };
  const { shared, leases, registry } = parts;
  const passwords = createPasswords();
  const start = () => prepareStart({ ...sources, store, config, log, detectOllama, demoModels, passwords });
  const mayHaveOthers = store.engine === "postgres";
  if (mayHaveOthers) {
    const isShared = shared !== null && (shared.instances > 1 || shared.awayBecause !== null);
    const hasOthers = isShared || registry.others.length > 0;
    await requireSameSecrets({ store, encryption, jwtSecret: config.jwtSecret, hasOthers });
  }
  const facts = await (mayHaveOthers ? alone(leases, "start", start) : start());
  const prices = await openPrices(parts);
  const snapshots = await openSnapshots(parts, { encryption, prices });
  const contentKeys = new ContentKeys({ store, encryption, now: clock.now });
  const chats = openChats(store, contentKeys);
  const declared = openDeclared({
    ...{ ...sources, foundation, store, leases, registry, log, steadyTime: foundation.steadyTime },
    ...{ snapshot: () => snapshots.current(), ...tellersOf(parts.link.signals) },
  });
  await declared.open(parts.given);
  const server = await openServer(parts, {
    encryption,
    prices,
    facts,
    snapshots,
    contentKeys,
    chats,
    passwords,
    declared,
  });
  if (config.services.includes("providers")) {
    startRediscovery(parts, snapshots);
    startHealthChecks(parts, snapshots);
  }
  return { encryption, facts, snapshots, server, contentKeys, chats, declared };
}

function openChats(store: Store, keys: ContentKeys): Chats {
  const texts = new ChatTexts({ store, keys });
  return { texts, saved: new SavedChats({ store, texts }) };
}

async function openPrices({ foundation, store, vendors }: ControlParts): Promise<PriceListSource> {
  const { config, log, clock, disposer } = foundation;
  const { settings } = store;
  const prices = new PriceListSource({ ...config.prices, settings, readUrl: vendors.readPrices, now: clock.now, log });
  await prices.open();
  disposer.add(() => prices.close());
  return prices;
}

interface Sources {
  readonly encryption: Encryption;
  readonly prices: PriceListSource;
}

async function openSnapshots(parts: ControlParts, { encryption, prices }: Sources): Promise<SnapshotSource> {
  const { foundation, store, leases, vendors, link } = parts;
  const { config, events, log, disposer } = foundation;
  const { definitions, baseUrlOf } = vendors;
  const snapshots = createSnapshotSource({
    ...{ store, encryption, definitions, baseUrlOf, log },
    prices: () => prices.current(),
    onSwap: (snapshot) => {
      events.snapshotSwapped(snapshot.version);
      reportProviders(link.health, snapshot);
    },
  });
  // Of other instances as well: whoever made it may ask here.
  const note = (): void => store.noteChange();
  disposer.add(link.signals.listen("snapshot_changed", note));
  disposer.add(link.signals.listen("object_changed", note));
  await snapshots.catchUp();
  snapshots.startFollowing();
  disposer.add(link.signals.listen("snapshot_changed", () => snapshots.catchUp()));
  prices.onChange = async () => {
    await snapshots.catchUp();
    await tellPages(link.signals, "prices");
  };
  if (config.prices.source !== null && config.services.includes("providers"))
    disposer.add(leases.run("prices", (held) => prices.refreshUnder(held)));
  prices.startFollowing();
  disposer.add(() => snapshots.close());
  return snapshots;
}

/** A provider that cannot be used degrades `/health`: its models answer 503 until an operator has repaired it. */
function reportProviders(health: Health, snapshot: Snapshot): void {
  const reasons = [...snapshot.unusableProviders].map(([name, reason]) => `${name}: ${reason}`);
  const detail = reasons.length === 0 ? `${snapshot.providers.size} in use` : reasons.join("; ");
  health.report("providers", { isHealthy: reasons.length === 0, detail });
}

type ServerParts = Sources & Omit<Control, "server" | "encryption"> & { readonly passwords: Passwords };

async function openServer(
  parts: ControlParts,
  { encryption, prices, facts, snapshots, contentKeys, chats, passwords, declared }: ServerParts,
): Promise<ControlServer> {
  const { foundation, store, leases, registry, vendors, link, counterBytes } = parts;
  const { finished, refusals, reports, configuration } = parts;
  const { config, log, clock, steadyTime, addresses, compressor, journals, disposer } = foundation;
  const { definitions, baseUrlOf, egress, ask: fetchJson } = vendors;
  const monitor = new SystemMonitor(counterBytes);
  disposer.add(() => monitor.close());
  const secret = await loadJwtSecret({ configured: config.jwtSecret, store, encryption, log });
  const secondFactor = new SecondFactor({ store, encryption, clock });
  const factorDemand = new FactorDemand({ store, of: () => config.signIn.requireSecondFactor });
  const sessions = createSessions({ store, secret, passwords, secondFactor, factorDemand, clock, steadyTime });
  const issuerSignIn = new IssuerSignIn({
    ...{ store, sessions, encryption, clock, log, ask: vendors.askWeb },
    ...tellersOfRights(link.signals),
  });
  if (config.services.includes("auth")) disposer.add(leases.run("sign_in_refresh", refreshing(issuerSignIn)));
  const resting = () => restingTargets(snapshots.current(), vendors.targetHealth, clock.monotonic());
  const eventStreams = openEvents({ foundation, store, leases, vendors, link }, { encryption, resting });
  const mailer = await openMailer(config, disposer);
  startReports({ foundation, store, leases }, mailer);
  const server = await createControlServer({
    ...{ store, registry, encryption, definitions, baseUrlOf, egress, fetchJson, prices },
    ...{ log, clock, steadyTime, addresses, compressor, version },
    ...{ sessions, passwords, issuerSignIn, secondFactor, factorDemand, mailer },
    passkeys: new Passkeys({ store, encryption, clock, publicUrl: config.mail.publicUrl }),
    contents: new ContentReader({ store, keys: contentKeys }),
    ...{ savedChats: chats.saved, chatTexts: chats.texts, ...guardrailTrials(parts, snapshots) },
    ...{ adminKeys: facts.adminKeys, services: config.services, consoleDirectory: config.console.directory },
    answersLiteLlm: config.compat.litellm,
    ...{ finished, refusals, reports, journal: journals, monitor, dataDir: config.dataDir },
    ...{ backupPlan: parts.backupPlan, alerts: watchAlerts(parts, { snapshots, declared, resting }) },
    ...{ signals: link.signals, health: link.health, counters: link.counters },
    ...{ cache: link.cache, meanings: link.meanings, cacheBytes: config.capacity.cacheBytes },
    ...{ fileSchema: fileSchema(), declared, configuration },
    ...{ board: parts.board, acme: config.edge.acme },
    challenges: config.edge.acme === null ? null : new Challenges(store.certificates),
    ...{ resting, eventStreams, eventSource: config.events.source, postText: vendors.postText },
    snapshot: () => snapshots.current(),
    ...tellersOf(link.signals),
    addSpent: spendAdder(parts),
  });
  disposer.add(() => server.close());
  return server;
}

/** By what guardrails are tried. */
function guardrailTrials({ foundation: { disposer, clock }, vendors }: ControlParts, snapshots: SnapshotReader) {
  const schemaChecks = new SchemaWork();
  disposer.add(() => schemaChecks.close());
  return { schemaChecks, askGuardrail: askerAlone({ ...vendors, snapshots, clock, version }) };
}

function tellersOfRights(signals: Signals) {
  return {
    rightsChanged: (userId: string) => tellRights(signals, userId),
    withdraw: tellersOf(signals).withdraw,
  };
}

/** What handlers tell all gateways. */
function tellersOf(signals: Signals): Pick<ResourceDependencies, "changed" | "withdraw" | "endRests"> {
  return {
    changed: () => tellChange(signals),
    withdraw: (right) => signals.send({ kind: "right_withdrawn", right }),
    endRests: (providerId, because) => signals.send({ kind: "target_restored", restored: { because, providerId } }),
  };
}

/** One message of PostgreSQL between instances has room for so many. */
const chargesAtOnce = 25;

/** Redis counts for all instances; without it, each counts by itself. */
function spendAdder({ foundation, link, shared }: ControlParts): ResourceDependencies["addSpent"] {
  const add = (charges: readonly Charge[]) =>
    link.addSpent(new ScopeMap(charges.map(({ scope, nanos }) => [scope, nanos])));
  if (shared !== null) return async (charges) => add(charges);
  foundation.disposer.add(link.signals.listen("spend_added", ({ charges }) => add(charges)));
  return async (charges) => {
    for (let from = 0; from < charges.length; from += chargesAtOnce)
      await link.signals.send({ kind: "spend_added", charges: charges.slice(from, from + chargesAtOnce) });
  };
}

async function tellRights(signals: Signals, userId: string): Promise<void> {
  await tellChange(signals);
  await signals.send({ kind: "object_changed", change: { what: "users", id: userId, userId } });
}

function refreshing(issuerSignIn: IssuerSignIn): Work {
  const everyMs = 5_000;
  return repeating({ everyMs, firstMs: everyMs }, ({ holds }) => issuerSignIn.refreshDue(holds));
}
