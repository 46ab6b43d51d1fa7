import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { notFound } from "#exit-codes.ts";
import { findHolder } from "#holders.ts";
import type { GivenBudget as Given, Held, Holder } from "#holders.ts";
import { orDash, spentOf } from "#output.ts";

type Row = RouteAnswer<AdminRoutes["budgets"]["list"]>["data"][number];
type Span = Given["period"];

const spans: readonly Span[] = ["total", "day", "week", "month", "rolling"];

export function addBudgetCommand(program: Command, contextOf: ContextOf): void {
  const budget = program
    .command("budget")
    .description("budgets of keys, users, teams, organisations, aliases and providers, and how far they are used up");
  addList(budget, contextOf);
  addAdd(budget, contextOf);
  addIncrease(budget, contextOf);
  addRemove(budget, contextOf);
}

function addList(budget: Command, contextOf: ContextOf): void {
  budget
    .command("list")
    .description("list budgets in their present periods, the furthest used up first")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { data } = await client.budgets.list({ query: { limit: 1_000 } });
      output.table(data.flatMap(linesOf), columns, "There are no budgets.");
    });
}

interface AddOptions {
  readonly period: Span;
  readonly amount: string;
  readonly days?: number;
  readonly timeZone?: string;
  readonly thresholds?: readonly number[];
  readonly rollover?: string;
  readonly downgradeTo?: string;
}

function addAdd(budget: Command, contextOf: ContextOf): void {
  budget
    .command("add <holder>")
    .description(
      "add a budget to a key, by its public part, a user, by the e-mail address, or team:, organisation:, alias: or provider:NAME",
    )
    .requiredOption("--period <period>", `one of ${spans.join(", ")}`, parseSpan)
    .requiredOption("--amount <usd>", "the most that may be spent in it, such as 12.5")
    .option("--days <count>", "of a rolling one: the last so many days", parseCount)
    .option("--time-zone <name>", "where its days begin, such as Europe/Berlin; UTC where left out")
    .option("--thresholds <percents>", "events are told when these are passed, such as 50,80,100", parsePercents)
    .option("--rollover <usd>", "so much of what was left of the last period is added, at most")
    .option("--downgrade-to <alias>", "who answers what it has no room for; refused where left out")
    .action(async (name: string, options: AddOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const holder = await findHolder(client, name);
      const changed = await changeBudgets(holder, [...holder.budgets.map(toGiven), toNew(options)]);
      output.show(changed, [`${holder.name} has ${changed.length} budgets beside the one over its whole life`]);
    });
}

function toNew({ period, amount, days, timeZone, thresholds, rollover, downgradeTo }: AddOptions): Given {
  return {
    ...{ period, amount_usd: amount },
    ...(days !== undefined && { days }),
    ...(timeZone !== undefined && { time_zone: timeZone }),
    ...(thresholds !== undefined && { thresholds: [...thresholds] }),
    ...(rollover !== undefined && { rollover_usd: rollover }),
    ...(downgradeTo !== undefined && { downgrade_to: downgradeTo }),
  };
}

function addIncrease(budget: Command, contextOf: ContextOf): void {
  budget
    .command("increase <holder> <budget-id>")
    .description("let more be spent until a moment; it ends by itself")
    .requiredOption("--amount <usd>", "so much more, such as 12.5")
    .requiredOption("--until <time>", "date or RFC 3339 time at which it ends")
    .action(async (name: string, id: string, options: { amount: string; until: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const holder = await findHolder(client, name);
      checkHas(holder, id);
      const increase = { amount_usd: options.amount, until: options.until };
      const changed = await changeBudgets(
        holder,
        holder.budgets.map((one) => (one.id === id ? { ...toGiven(one), increase } : toGiven(one))),
      );
      output.show(changed, [
        `The budget ${id} of ${holder.name} has ${options.amount} USD more until ${options.until}`,
      ]);
    });
}

function addRemove(budget: Command, contextOf: ContextOf): void {
  budget
    .command("remove <holder> <budget-id>")
    .description("remove a budget; what was spent of it is forgotten")
    .action(async (name: string, id: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const holder = await findHolder(client, name);
      checkHas(holder, id);
      const changed = await changeBudgets(holder, holder.budgets.filter((one) => one.id !== id).map(toGiven));
      output.show(changed, [`Removed the budget ${id} of ${holder.name}`]);
    });
}

async function changeBudgets(holder: Holder, budgets: Given[]): Promise<readonly Held[]> {
  return (await holder.change({ budgets })).budgets;
}

function checkHas({ budgets }: Holder, id: string): void {
  if (!budgets.some((one) => one.id === id)) throw notFound("budget", id);
}

/** An increase that is over is left out: nobody can set one that has ended. */
function toGiven({ made_at: _, ...budget }: Held): Given {
  const { increase } = budget;
  const isOver = increase !== null && Date.parse(increase.until) <= Date.now();
  return { ...budget, period: parseSpan(budget.period), increase: isOver ? null : increase };
}

function parseSpan(text: string): Span {
  const span = spans.find((one) => one === text);
  if (span === undefined) throw new InvalidArgumentError(`Give one of ${spans.join(", ")}.`);
  return span;
}

function parsePercents(text: string): readonly number[] {
  return text.split(",").map(parseCount);
}

interface Line {
  readonly row: Row;
  /** Null: the one over its whole life. */
  readonly budget: Row["budgets"][number] | null;
}

function linesOf(row: Row): readonly Line[] {
  const whole: readonly Line[] = row.budget_usd === null ? [] : [{ row, budget: null }];
  return [...whole, ...row.budgets.map((budget) => ({ row, budget }))];
}

const columns = {
  kind: ({ row }: Line) => row.kind,
  name: ({ row }: Line) => row.name,
  budget: ({ budget }: Line) => budget?.id ?? "-",
  period: ({ budget }: Line) => (budget === null ? "whole life" : describe(budget)),
  "spent usd": ({ row, budget }: Line) =>
    budget === null ? spentOf(row.spent_usd, row.budget_usd) : spentOf(budget.spent_usd, budget.allowance_usd),
  state: ({ row, budget }: Line) => budget?.state ?? row.state,
  until: ({ row, budget }: Line) => orDash(budget === null ? row.ends_at : budget.ends_at),
};

function describe({ period, days }: Row["budgets"][number]): string {
  return days === null ? period : `${days} days`;
}
