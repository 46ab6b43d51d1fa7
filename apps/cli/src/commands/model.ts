import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findModel, findProvider } from "#lookup.ts";
import type { Model } from "#lookup.ts";

export function addModelCommand(program: Command, contextOf: ContextOf): void {
  const model = program.command("model").alias("models").description("models that can be asked for");
  addSet(model, contextOf);
  model
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

interface SetOptions {
  readonly quality?: string;
  readonly auto?: string;
}

function addSet(model: Command, contextOf: ContextOf): void {
  model
    .command("set <model>")
    .description("say what PROVIDER/MODEL is worth to the model `auto`, and whether that may lead there")
    .option("--quality <0-100>", "how good its answers are held to be; none: as its price makes suppose")
    .option("--auto <yes|no|none>", "may `auto` lead there; none: as its name tells what it is for")
    .action(async (name: string, { quality, auto }: SetOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findModel(client, name);
      const body = {
        ...(quality !== undefined && { quality: toQuality(quality) }),
        ...(auto !== undefined && { auto: toAuto(auto) }),
      };
      const changed = await client.models.update({ params: { id }, body });
      output.show(changed, [`Changed ${changed.provider}/${changed.name}`]);
    });
}

function toQuality(text: string): number | null {
  if (text === "none") return null;
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("Give a number from 0 to 100, or none.");
  return Number(text);
}

function toAuto(text: string): boolean | null {
  const meant = meanings.get(text);
  if (meant === undefined) throw new InvalidArgumentError("Give yes, no or none.");
  return meant;
}

const meanings: ReadonlyMap<string, boolean | null> = new Map([
  ["yes", true],
  ["no", false],
  ["none", null],
]);

const columns = {
  model: ({ provider, name }: Model) => `${provider}/${name}`,
  quality: ({ quality }: Model) => String(quality ?? "-"),
  auto: ({ auto }: Model) => (auto === null ? "-" : auto ? "yes" : "no"),
  context: ({ context_length: length }: Model) => String(length ?? "-"),
  "usd per m in": ({ prices }: Model) => prices?.input_usd ?? "unknown",
  "usd per m out": ({ prices }: Model) => prices?.output_usd ?? "unknown",
  "price from": ({ prices }: Model) => prices?.version ?? "-",
  declared: ({ declared }: Model) => declared ?? "-",
};
