import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { inspectConfiguration } from "#local-configuration.ts";

export function addServeCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("serve")
    .description("run the server in this terminal, until Ctrl-C")
    .action(async (_options: object, command: Command) => {
      const { streams } = contextOf(command);
      const loaded = await inspectConfiguration();
      for (const warning of loaded.warnings) streams.writeError(`warning: ${warning}\n`);
      const { runServer } = await import("@ghostllm/server");
      await runServer({ loaded, print: streams.writeOut });
    });
}
