import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { inspectConfiguration } from "#local-configuration.ts";

export function addMigrateCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("migrate")
    .description("bring the database up to date (a start does so by itself)")
    .action(async (_options: object, command: Command) => {
      const { config } = await inspectConfiguration();
      const { migrate } = await import("@ghostllm/server");
      const applied = await migrate(config);
      const lines = applied.length === 0 ? ["The database is up to date."] : applied.map((name) => `applied ${name}`);
      contextOf(command).output.show({ applied }, lines);
    });
}
