// The configuration of this directory. The server's code is loaded only when it is asked for.

import type { Command } from "commander";
import type { LocalServer } from "#connection.ts";
import type { Context } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";

/** Rejects with a CliError that lists everything that is wrong. */
export async function inspectConfiguration() {
  const { ConfigError, describeConfig, inspectConfig, readProcess } = await import("@ghostllm/server");
  try {
    const loaded = inspectConfig(readProcess());
    return { ...loaded, described: describeConfig(loaded.config, loaded.origins) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError("invalid_configuration", error.message, exitCodes.usage);
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

export function addConfigCommand(program: Command, contextOf: (command: Command) => Context): void {
  const config = program.command("config").description("the configuration of this directory");

  config
    .command("check")
    .description("say whether the configuration is valid, and what is wrong with it")
    .action(async (_options: object, command: Command) => {
      const { warnings, file } = await inspectConfiguration();
      const verdict = file === null ? "The configuration is valid (no file, environment only)." : `${file} is valid.`;
      contextOf(command).output.show({ valid: true, file, warnings }, [
        verdict,
        ...warnings.map((warning) => `warning: ${warning}`),
      ]);
    });

  config
    .command("show")
    .description("every setting in force and where it comes from; secrets are not shown")
    .action(async (_options: object, command: Command) => {
      const { described, file } = await inspectConfiguration();
      const { output } = contextOf(command);
      if (output.isJson) return output.show({ file, ...described }, []);
      const columns = {
        setting: ({ path }: { path: string }) => path,
        value: ({ value }: { value: unknown }) => String(value ?? "-"),
        from: ({ origin }: { origin: string }) => origin,
      };
      const providers = described.providers.map(({ name, type, origin }) => ({
        path: `provider ${name}`,
        value: type,
        origin,
      }));
      output.table([...described.settings, ...providers], columns, "");
    });
}
