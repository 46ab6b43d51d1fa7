import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { targetStates } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import { Option } from "commander";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { orDash } from "#output.ts";

type Target = RouteAnswer<AdminRoutes["targets"]["list"]>["data"][number];

interface ListOptions {
  readonly state?: (typeof targetStates)[number];
}

const columns = {
  target: ({ provider, model }: Target) => `${provider}/${model}`,
  state: ({ state }: Target) => state,
  reason: ({ reason }: Target) => orDash(reason),
  until: ({ until }: Target) => orDash(until),
  running: ({ running }: Target) => String(running),
  failed: ({ operations }: Target) =>
    `${sum(operations.map(({ failed }) => failed))} of ${sum(operations.map(({ requests }) => requests))}`,
  "first word": ({ latency }: Target) =>
    orDash(latency.length === 0 ? null : `${Math.max(...latency.map(({ ms }) => ms))} ms`),
};

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

export function addTargetCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("target")
    .description("how models of providers are: which rest, which are parked, and why")
    .command("list")
    .description("list them")
    .addOption(new Option("--state <state>", "only those").choices(targetStates))
    .action(async ({ state }: ListOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const filter = state === undefined ? {} : { state };
      const targets = await listAll((query) => client.targets.list({ query: { ...query, ...filter } }));
      output.table(targets, columns, state === undefined ? "There are no models." : "There are none.");
    });
}
