import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { inspectConfiguration } from "#local-configuration.ts";

interface ServeOptions {
  readonly workers?: string;
  readonly services?: string;
}

export function addServeCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("serve")
    .description("run the server in this terminal, until Ctrl-C")
    .option("--workers <count>", "threads that answer requests, or `auto` for one for each processor")
    .option("--services <names>", "which of proxy, auth, analytics, providers to run, between commas")
    .action(async ({ workers, services }: ServeOptions, command: Command) => {
      const { streams } = contextOf(command);
      const loaded = await inspectConfiguration({ SERVER_WORKERS: workers, SERVER_SERVICES: services });
      for (const warning of loaded.warnings) streams.writeError(`warning: ${warning}\n`);
      const { runServer } = await import("@ghostllm/server");
      await runServer({ loaded, print: streams.writeOut });
    });
}
