import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { inspectConfiguration } from "#local-configuration.ts";
import { addRunningConfigCommands } from "./running-config.ts";

export function addConfigCommand(program: Command, contextOf: ContextOf): void {
  const config = program
    .command("config")
    .description("the configuration of this directory, and of the running server");
  addRunningConfigCommands(config, contextOf);

  config
    .command("check")
    .description("say whether the configuration is valid, and what is wrong with it")
    .action(async (_options: object, command: Command) => {
      const { warnings, notes, file, declared } = await inspectConfiguration();
      const counts = countsOf(declared);
      const verdict = file === null ? "The configuration is valid (no file, environment only)." : `${file} is valid.`;
      contextOf(command).output.show({ valid: true, file, declared: counts, warnings, notes }, [
        verdict,
        ...sentenceOf(counts),
        ...warnings.map((warning) => `warning: ${warning}`),
        ...notes.map((note) => `note: ${note}`),
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
        change: ({ isLive }: { isLive: boolean }) => (isLive ? "reload" : "restart"),
      };
      const providers = described.providers.map(({ name, type, origin }) => ({
        path: `provider ${name}`,
        value: type,
        origin,
        isLive: true,
      }));
      output.table([...described.settings, ...providers], columns, "");
    });
}

type Counts = Readonly<Record<"providers" | "aliases" | "teams" | "keys", number>>;

function countsOf({ providers, aliases, teams, keys }: Readonly<Record<keyof Counts, readonly unknown[]>>): Counts {
  return { providers: providers.length, aliases: aliases.length, teams: teams.length, keys: keys.length };
}

function sentenceOf(counts: Counts): readonly string[] {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? [] : [`It declares ${parts.map(([name, count]) => `${name}: ${count}`).join(", ")}.`];
}
