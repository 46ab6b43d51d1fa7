// The control plane: what was configured, the snapshot in force, and the server of the admin API. Called by compose.ts.

import { describeConfig } from "#config/describe.ts";
import type { LoadedConfig } from "#config/load.ts";
import { SystemMonitor } from "#control/system/system-monitor.ts";
import { Rediscovery } from "#control/catalog/rediscovery.ts";
import { loadEncryption } from "#control/encryption/encryption.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import { prepareStart } from "#control/first-start/first-start.ts";
import type { StartFacts } from "#control/first-start/first-start.ts";
import { createControlServer } from "#control/http/control-server.ts";
import type { ControlServer } from "#control/http/control-server.ts";
import { PriceListSource } from "#control/prices/price-source.ts";
import { loadJwtSecret } from "#control/sessions/jwt-secret.ts";
import { createSessions } from "#control/sessions/sessions.ts";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { SnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { Store } from "#control/store/store.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Health } from "#link/health.ts";
import type { Link } from "#link/link.ts";
import type { Signals } from "#link/signals.ts";
import { version } from "#version.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { FinishedRequests } from "#control/live/finished-requests.ts";
import { restingTargets } from "./resting-targets.ts";
import type { Foundation } from "./foundation.ts";
import type { Vendors } from "./vendors.ts";

export interface ControlParts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly vendors: Vendors;
  readonly link: Pick<Link, "health" | "signals">;
  readonly finished: FinishedRequests;
  readonly refusals: Refusals;
  readonly given: Pick<LoadedConfig, "config" | "origins" | "file">;
}

export interface Control {
  readonly facts: StartFacts;
  readonly snapshots: SnapshotSource;
  readonly server: ControlServer;
}

export async function openControl(parts: ControlParts): Promise<Control> {
  const { foundation, store, vendors } = parts;
  const { config, log } = foundation;
  const { encryptionKey, dataDir } = config;
  const encryption = await loadEncryption({ encryptionKey, dataDir, log });
  const { detectOllama, demoModels, ...sources } = { ...vendors, encryption };
  const facts = await prepareStart({ ...sources, store, config, log, detectOllama, demoModels });
  const prices = await openPrices(parts);
  const snapshots = await openSnapshots(parts, { encryption, prices });
  const server = await openServer(parts, { encryption, prices, facts, snapshots });
  startRediscovery(parts, snapshots);
  return { facts, snapshots, server };
}

async function openPrices({ foundation, vendors }: ControlParts): Promise<PriceListSource> {
  const { config, log, clock, disposer } = foundation;
  const { dataDir } = config;
  const prices = new PriceListSource({ ...config.prices, dataDir, readUrl: vendors.readPrices, now: clock.now, log });
  await prices.open();
  disposer.add(() => prices.close());
  return prices;
}

interface Sources {
  readonly encryption: Encryption;
  readonly prices: PriceListSource;
}

async function openSnapshots(parts: ControlParts, { encryption, prices }: Sources): Promise<SnapshotSource> {
  const { foundation, store, vendors, link } = parts;
  const { events, log, disposer } = foundation;
  const { definitions, baseUrlOf } = vendors;
  const snapshots = createSnapshotSource({
    ...{ store, encryption, definitions, baseUrlOf, log },
    prices: () => prices.current(),
    onSwap: (snapshot) => {
      events.snapshotSwapped(snapshot.version);
      reportProviders(link.health, snapshot);
    },
  });
  await snapshots.rebuild();
  snapshots.startRefreshing();
  disposer.add(link.signals.listen("snapshot_changed", () => snapshots.rebuild()));
  prices.onChange = async () => {
    await snapshots.rebuild();
    await tellPages(link.signals, "prices");
  };
  prices.startRefreshing();
  disposer.add(() => snapshots.close());
  return snapshots;
}

/** A provider that cannot be used degrades `/health`: its models answer 503 until an operator has repaired it. */
function reportProviders(health: Health, snapshot: Snapshot): void {
  const reasons = [...snapshot.unusableProviders].map(([name, reason]) => `${name}: ${reason}`);
  const detail = reasons.length === 0 ? `${snapshot.providers.size} in use` : reasons.join("; ");
  health.report("providers", { isHealthy: reasons.length === 0, detail });
}

async function openServer(
  { foundation, store, vendors, link, finished, refusals, given }: ControlParts,
  { encryption, prices, facts, snapshots }: Sources & Omit<Control, "server">,
): Promise<ControlServer> {
  const { config, log, clock, steadyTime, addresses, compressor, journal, disposer } = foundation;
  const { definitions, baseUrlOf, egress, ask: fetchJson } = vendors;
  const monitor = new SystemMonitor();
  disposer.add(() => monitor.close());
  const secret = await loadJwtSecret({ configured: config.jwtSecret, store, encryption, log });
  const server = await createControlServer({
    ...{ store, encryption, definitions, baseUrlOf, egress, fetchJson, prices },
    ...{ log, clock, steadyTime, addresses, compressor, version },
    sessions: createSessions({ store, secret, clock, steadyTime }),
    adminKeys: facts.adminKeys,
    consoleDirectory: config.console.directory,
    ...{ finished, refusals, signals: link.signals, health: link.health, journal, monitor, dataDir: config.dataDir },
    configuration: { ...describeConfig(given.config, given.origins), file: given.file },
    resting: () => restingTargets(snapshots.current(), vendors.targetHealth, clock.monotonic()),
    snapshot: () => snapshots.current(),
    changed: () => tellChange(link.signals),
    withdraw: (right) => link.signals.send({ kind: "right_withdrawn", right }),
  });
  disposer.add(() => server.close());
  return server;
}

/** Resolves when it is in force in this process. */
function tellChange(signals: Signals): Promise<void> {
  return signals.send({ kind: "snapshot_changed" });
}

/** Of what the server has changed by itself. */
function tellPages(signals: Signals, what: string): Promise<void> {
  return signals.send({ kind: "object_changed", change: { what, id: null, userId: null } });
}

function startRediscovery({ foundation, store, vendors, link }: ControlParts, snapshots: SnapshotSource): void {
  const { config, clock, log, disposer } = foundation;
  const rediscovery = new Rediscovery({
    ...{ store, fetchJson: vendors.ask, clock, log },
    snapshot: () => snapshots.current(),
    changed: async () => {
      await tellChange(link.signals);
      await tellPages(link.signals, "models");
    },
    intervalMs: config.modelListIntervalMs,
  });
  rediscovery.start();
  disposer.add(() => rediscovery.stop());
}
