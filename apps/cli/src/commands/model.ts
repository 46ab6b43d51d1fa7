import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { findProvider, listAll } from "#lookup.ts";
import type { Model } from "#lookup.ts";

export function addModelCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("model")
    .description("models that can be asked for")
    .command("list")
    .description("list models with their prices")
    .option("--provider <name-or-id>", "only those of this provider")
    .action(async ({ provider }: { provider?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const filter = provider === undefined ? {} : { provider_id: (await findProvider(client, provider)).id };
      const models = await listAll((query) => client.models.list({ query: { ...query, ...filter } }));
      output.table(models, columns, "There are no models.");
    });
}

const columns = {
  model: ({ provider, name }: Model) => `${provider}/${name}`,
  context: ({ context_length: length }: Model) => String(length ?? "-"),
  "usd per m in": ({ prices }: Model) => prices?.input_usd ?? "unknown",
  "usd per m out": ({ prices }: Model) => prices?.output_usd ?? "unknown",
  "price from": ({ prices }: Model) => prices?.version ?? "-",
};
