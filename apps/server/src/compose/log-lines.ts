// Lines of logs: where they go to, and who makes them. Called by foundation.ts, and by worker.ts for lines of its own requests.

import type { Config } from "#config/config.ts";
import { openOutlets, type Outlets } from "#telemetry/lines/open-outlets.ts";
import { RequestLines } from "#telemetry/lines/request-lines.ts";
import { alsoTell, type Log } from "#telemetry/log.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import type { Disposer } from "./disposer.ts";

interface LineParts {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly disposer: Disposer;
}

/** Null where nobody wants any. They are closed last of all, so that the log of the stop is in them. */
export function openLogOutlets({ config, metrics, disposer }: LineParts, log: Log): Outlets | null {
  const { logs, network } = config;
  if (!logs.requests && logs.file === null && logs.syslog === null) return null;
  const outlets = openOutlets(logs, network.certificates, metrics.countLines);
  disposer.add(() => outlets.close());
  if (logs.file !== null || logs.syslog !== null) alsoTell(log, (line) => outlets.writeLog(line));
  return outlets;
}

/** Null where requests have none. `worker`: null of the only thread. */
export function makeRequestLines(
  { config, metrics, disposer }: LineParts,
  write: (lines: readonly string[]) => void,
  worker: number | null,
): RequestLines | null {
  const { requests, requestsPerSecond: perSecond } = config.logs;
  if (!requests) return null;
  const { lost } = metrics.countLines("thread");
  const lines = new RequestLines({ perSecond, write, lost, worker, now: Date.now });
  disposer.add(() => lines.flush());
  return lines;
}
