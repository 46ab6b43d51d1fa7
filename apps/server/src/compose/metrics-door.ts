// The port of its own that `/metrics` may have. Called by compose.ts. It is the last to close: what a stop does is counted, too.

import type { Server } from "node:http";
import type { Config } from "#config/config.ts";
import type { Log } from "#telemetry/log.ts";
import { createMetricsServer } from "#telemetry/metrics-server.ts";
import type { MetricsText } from "#telemetry/metrics-text.ts";
import { Doors } from "./doors.ts";

export class MetricsDoor {
  readonly #doors: Doors;
  #server: Server | null = null;

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  /** Null where there is none. */
  static async take({ metrics, server }: Config): Promise<MetricsDoor | null> {
    const { host, port } = metrics;
    if (port === null) return null;
    return new MetricsDoor(await Doors.take({ host: host ?? server.host, port }, "GHOSTLLM_METRICS_PORT"));
  }

  /** Answers the URL from where they are read. */
  async serve({ metrics }: Config, read: () => Promise<MetricsText>, log: Log): Promise<string> {
    this.#server = createMetricsServer({ read, token: metrics.token, log });
    return `${await this.#doors.leadTo(this.#server)}/metrics`;
  }

  async close(): Promise<void> {
    const closed = this.#doors.close();
    this.#server?.closeAllConnections();
    await closed;
  }
}
