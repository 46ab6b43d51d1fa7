import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";

type PriceList = RouteAnswer<AdminRoutes["prices"]["get"]>;

export function addPricesCommand(program: Command, contextOf: ContextOf): void {
  const prices = program.command("prices").description("the list of prices in force");
  prices
    .command("show")
    .description("which list is in force, and where it is from")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const list = await client.prices.get({});
      output.show(list, linesOf(list));
    });
  prices
    .command("refresh")
    .description("read the list again from prices.source")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const list = await client.prices.refresh({});
      output.show(list, linesOf(list));
    });
}

function linesOf({ version, source, built_in: isBuiltIn, models, loaded_at: loadedAt, problem }: PriceList): string[] {
  return [
    `${version}, ${models} models`,
    isBuiltIn ? "It comes with GhostLLM." : `Read from ${source ?? "?"} at ${loadedAt ?? "?"}.`,
    ...(problem === null ? [] : [problem]),
  ];
}
