// The configuration of this directory. What reads it is loaded only when it is asked for.

import type { LocalServer } from "./connection.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** `given` goes before the environment, as far as it is there. Rejects with a CliError that lists everything that is wrong. */
export async function inspectConfiguration(given: Readonly<Record<string, string | undefined>> = {}) {
  const { ConfigError, describeConfig, describeProblem, readAnew, readProcess } =
    await import("@ghostllm/server/configuration");
  try {
    const sources = readProcess();
    const options = Object.entries(given).filter(([, value]) => value !== undefined);
    const environment = { ...sources.environment, ...Object.fromEntries(options) };
    const loaded = await readAnew({ ...sources, environment });
    return { ...loaded, described: describeConfig(loaded.config, loaded.origins) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError("invalid_configuration", error.message, exitCodes.usage, error.problems.map(describeProblem));
  }
}

/** Where the server that this directory configures listens. */
export async function findLocalServer(): Promise<LocalServer> {
  const { config } = await inspectConfiguration();
  const { host, port } = config.server;
  const reachable = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  const scheme = config.edge.tls === null ? "http" : "https";
  return {
    url: `${scheme}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`,
    dataDir: config.dataDir,
  };
}
