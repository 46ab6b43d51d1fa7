// The object graph, top to bottom: the one place that knows every part. Called by run.ts and by tests.
// Invariant: what is opened here is closed by `close`, in the reverse order, and nothing else is kept alive.

import { serviceOfConsole } from "@ghostllm/contract/routes";
import type { Service } from "@ghostllm/contract/routes";
import type { Config } from "#config/config.ts";
import type { LoadedConfig } from "#config/load.ts";
import { describeProxies } from "#config/proxy.ts";
import { ContentWriter } from "#control/contents/content-writer.ts";
import { SessionDesk } from "#control/chats/session-desk.ts";
import { ConsentDesk } from "#control/consents/consent-desk.ts";
import { RequestDesk } from "#control/requests/request-desk.ts";
import { FinishedRequests } from "#control/live/finished-requests.ts";
import { GatewayReports } from "#control/targets/gateway-reports.ts";
import { Refusals } from "#control/live/refusals.ts";
import type { StartFacts } from "#control/first-start/first-start.ts";
import type { Store } from "#control/store/store.ts";
import type { Log } from "#telemetry/log.ts";
import { startBackups } from "./backups.ts";
import { openBooks } from "./books.ts";
import { openControl } from "./control.ts";
import type { Control } from "./control.ts";
import { Disposer } from "./disposer.ts";
import { pickExampleModel } from "./example-model.ts";
import { layFoundation } from "./foundation.ts";
import type { Foundation } from "./foundation.ts";
import { createLink } from "./link.ts";
import type { OpenedLink } from "./link.ts";
import { Doors } from "./doors.ts";
import { tellSystem } from "./system-gauges.ts";
import { openManagement, takeManagementDoors } from "./tls/management.ts";
import type { ManagementPort } from "./tls/management.ts";
import { openPublicTls } from "./tls/public-tls.ts";
import { openBoard, startCertificates } from "./tls/certificates.ts";
import { openVendors } from "./vendors.ts";
import { RunningConfiguration } from "./running-configuration.ts";
import { MetricsDoor } from "./metrics-door.ts";
import { serveAlone } from "./serve-alone.ts";
import { serveByWorkers } from "./workers/serve-by-workers.ts";

export interface RunningServer {
  readonly url: string;
  /** From where plain HTTP is led to it; null where it is not. */
  readonly redirectUrl: string | null;
  /** A port of its own for metrics; null where there is none. */
  readonly metricsUrl: string | null;
  /** A port for operators; null where there is none. */
  readonly management: Pick<ManagementPort, "url" | "fingerprint"> | null;
  /** Null where there is no console. */
  readonly consoleUrl: string | null;
  readonly services: readonly Service[];
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

/** What the server is started with, and where that came from. */
export type Given = LoadedConfig;

export async function compose(given: Given, log: Log): Promise<RunningServer> {
  const disposer = new Disposer();
  try {
    return await build(given, log, disposer);
  } catch (error) {
    await disposer.dispose();
    throw error;
  }
}

async function build(given: Given, log: Log, disposer: Disposer): Promise<RunningServer> {
  const { config } = given;
  const foundation = await layFoundation(config, log, disposer);
  const opened = await createLink(foundation);
  const { link, redis: shared, hub } = opened;
  const publicTls = await openPublicTls(config, { health: link.health, log, disposer });
  const tls = publicTls?.front ?? null;
  const board = openBoard(publicTls);
  const doors = await Doors.take(config.server);
  disposer.add(() => doors.close());
  const metricsDoor = await MetricsDoor.take(config);
  disposer.add(() => metricsDoor?.close());
  const managementDoors = await takeManagementDoors(config);
  disposer.add(() => managementDoors?.close());
  const [url, port] = [doors.url(tls === null ? "http" : "https"), doors.port];
  const finished = new FinishedRequests();
  const refusals = new Refusals(foundation.clock);
  const { lease, archive, ...books } = await openBooks(foundation, opened, finished);
  tellSystem({ foundation, store: books.store, health: link.health });
  const vendors = await openVendors(foundation, link.signals);
  const counterBytes = hub?.counterBytes ?? 0;
  const reports = new GatewayReports();
  const configuration = new RunningConfiguration({ foundation, given, health: link.health });
  const backupPlan = startBackups({ foundation, ...books, archive, signals: link.signals });
  const told = { finished, refusals, given, configuration, counterBytes, reports, board, backupPlan };
  const control = await openControl({ foundation, ...books, shared, vendors, link, ...told });
  const answerChallenge = await startCertificates({
    ...{ foundation, link, ...books, encryption: control.encryption, publicTls, board },
  });
  // Before all else: an authority looks here while the first certificate is waited for.
  const redirectUrl = (await publicTls?.redirect?.serve(config.edge, port, answerChallenge)) ?? null;
  const desks = { ...openDesks(foundation, opened, { store: books.store, control }), reports };
  const parts = { foundation, link, ...desks, tls, doors, lease, vendors, control, refusals };
  const serving = hub === null ? await serveAlone(parts) : await serveByWorkers({ ...parts, hub, port });
  const management = await openManagement(managementDoors, {
    ...{ ...foundation, ...books, health: link.health, encryption: control.encryption, control: control.server, board },
  });
  await configuration.follow({ declared: control.declared, store: books.store, tellWorkers: serving.configure });
  const metricsUrl = (await metricsDoor?.serve(config, serving.readMetrics, log)) ?? null;
  return {
    ...describe(config, control),
    ...{ url, redirectUrl, metricsUrl, management, consoleUrl: consoleOf(config, url) },
    reload: reloadAll([configuration.reloader, serving.reload, management?.reload]),
    close: () => disposer.dispose(),
  };
}

function consoleOf({ console, services }: Config, url: string): string | null {
  return console.directory !== null && services.includes(serviceOfConsole) ? `${url}/console/` : null;
}

function reloadAll(all: readonly (RunningServer["reload"] | undefined)[]): RunningServer["reload"] {
  const own = all.flatMap((reload) => reload ?? []);
  return own.length === 0 ? null : async () => void (await Promise.all(own.map((reload) => reload())));
}

interface Answering {
  readonly store: Store;
  readonly control: Control;
}

/** What gateways ask control for. */
function openDesks(foundation: Foundation, opened: OpenedLink, { store, control }: Answering) {
  const { log, events, disposer } = foundation;
  const { link, consents, contents, toldRequests, chatSessions } = opened;
  consents.desk = new ConsentDesk({ store, signals: link.signals, log });
  toldRequests.desk = new RequestDesk({ store, snapshot: () => control.snapshots.current() });
  const writer = new ContentWriter({ store, keys: control.contentKeys, events });
  disposer.add(() => writer.close());
  contents.store = (content) => writer.store(content);
  const sessionDesk = new SessionDesk({ ...foundation, ...control.chats, store, bounds: foundation.config.sessions });
  disposer.add(() => sessionDesk.close());
  chatSessions.desk = sessionDesk;
  return { consents, toldRequests, chatSessions, storeContent: contents.storeLate };
}

function describe(config: Config, { facts, snapshots }: Control) {
  const snapshot = snapshots.current();
  return {
    facts,
    providerNames: [...snapshot.providers.keys()],
    proxies: describeProxies(config.network),
    exampleModel: config.services.includes("proxy") ? pickExampleModel(snapshot) : null,
    services: config.services,
  };
}
