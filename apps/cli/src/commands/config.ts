import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { inspectConfiguration } from "#local-configuration.ts";

export function addConfigCommand(program: Command, contextOf: ContextOf): void {
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
