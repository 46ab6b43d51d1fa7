// The object graph, top to bottom: the one place that knows every part. Called by run.ts and by tests.
// Invariant: what is opened here is closed by `close`, in the reverse order, and nothing else is kept alive.

import type { Config } from "#config/config.ts";
import type { LoadedConfig } from "#config/load.ts";
import { describeProxies } from "#config/proxy.ts";
import { FinishedRequests } from "#control/live/finished-requests.ts";
import { Refusals } from "#control/live/refusals.ts";
import type { StartFacts } from "#control/first-start/first-start.ts";
import type { Log } from "#telemetry/log.ts";
import { openBooks } from "./books.ts";
import { openControl } from "./control.ts";
import type { Control } from "./control.ts";
import { Disposer } from "./disposer.ts";
import { pickExampleModel } from "./example-model.ts";
import { layFoundation } from "./foundation.ts";
import { openGateway } from "./gateway.ts";
import { createLink } from "./link.ts";
import { prepareClosing } from "./listener-closer.ts";
import { reserveAddress, serveOn } from "./listen.ts";
import { stopServing } from "./stopping.ts";
import { openTlsFront } from "./tls-front.ts";
import { openVendors } from "./vendors.ts";

export interface RunningServer {
  readonly url: string;
  /** From where plain HTTP is led to it; null where it is not. */
  readonly redirectUrl: string | null;
  /** Null where there is no console. */
  readonly consoleUrl: string | null;
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
export type Given = Pick<LoadedConfig, "config" | "origins" | "file">;

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
  const link = createLink(foundation);
  const { health } = link;
  const tls = await openTlsFront(config, { health, log, disposer });
  const reserved = await reserveAddress(config.server);
  disposer.add(() => void reserved.close());
  const finished = new FinishedRequests();
  const refusals = new Refusals(foundation.clock);
  const { store, lease } = await openBooks(foundation, link, finished);
  const vendors = await openVendors(foundation);
  const control = await openControl({ foundation, store, vendors, link, finished, refusals, given });
  const gateway = await openGateway({ foundation, link, lease, vendors, control, refusals, tls: tls?.options ?? null });
  const { server, readiness } = gateway;
  tls?.keepUpToDate(server);
  const closeListener = prepareClosing(server);
  const url = await serveOn(server, reserved);
  const redirectUrl = (await tls?.serveRedirect(config.edge, config.server.port || Number(new URL(url).port))) ?? null;
  readiness.notReadyBecause = null;
  const { timeouts } = config;
  disposer.add(() => stopServing({ ...gateway, timeouts, closeListener, endLive: () => control.server.endLive() }));
  const reload = tls === null ? null : () => tls.reload();
  const consoleUrl = config.console.directory === null ? null : `${url}/console/`;
  return { ...describe(config, control), url, consoleUrl, redirectUrl, reload, close: () => disposer.dispose() };
}

function describe(config: Config, { facts, snapshots }: Control) {
  const snapshot = snapshots.current();
  return {
    facts,
    providerNames: [...snapshot.providers.keys()],
    proxies: describeProxies(config.network),
    exampleModel: pickExampleModel(snapshot),
  };
}
