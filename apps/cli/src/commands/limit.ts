import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { findHolder } from "#holders.ts";
import type { GivenLimits, Limits } from "#holders.ts";

const windows = ["minute", "hour", "day"] as const;
const names = [
  ...windows.flatMap((window) => [`requests_per_${window}`, `tokens_per_${window}`, `cost_usd_per_${window}`]),
  "concurrent_requests",
];

export function addLimitCommand(program: Command, contextOf: ContextOf): void {
  const limit = program
    .command("limit")
    .description("limits of keys, users, teams, organisations, aliases and their targets, providers and models");
  addShow(limit, contextOf);
  addSet(limit, contextOf);
}

function addShow(limit: Command, contextOf: ContextOf): void {
  limit
    .command("show <holder>")
    .description(
      "show what a key, a user, or team:, organisation:, alias:, provider: or model:NAME, or target:ALIAS/PROVIDER/MODEL is held to",
    )
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const holder = await findHolder(client, name);
      output.show(holder.limits, linesOf(holder.limits));
    });
}

function addSet(limit: Command, contextOf: ContextOf): void {
  limit
    .command("set <holder>")
    .argument("<limits...>", "such as requests_per_hour=1000; none takes one away", collectLimit)
    .description("set limits, such as `limit set provider:openai requests_per_minute=500 cost_usd_per_day=none`")
    .action(async (name: string, limits: GivenLimits, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const changed = await (await findHolder(client, name)).change({ limits });
      output.show(changed.limits, linesOf(changed.limits));
    });
}

function collectLimit(text: string, before: GivenLimits = {}): GivenLimits {
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (!names.includes(name)) throw new InvalidArgumentError(`Give one of ${names.join(", ")}, each with =VALUE.`);
  const limit = value === "none" ? null : name.startsWith("cost_") ? value : parseCount(value);
  return { ...before, [name]: limit };
}

function linesOf(limits: Limits): readonly string[] {
  const set = Object.entries(limits).filter(([, value]) => value !== null);
  return set.length === 0 ? ["Nothing is limited."] : set.map(([name, value]) => `${name}: ${value}`);
}
