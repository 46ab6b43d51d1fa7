import type { Counter, Gauge } from "prom-client";
import type { UsageRecord } from "#domain/usage-record.ts";
import { BoundedNames, otherName } from "./bounded-names.ts";
import type { MetricDefinition } from "./metric-definition.ts";
import type { Tally } from "./metric-factory.ts";

/** Of whom requests are for, and what they may still spend. */
export const moneyMetricDefinitions = {
  ghostllm_team_requests_total: {
    type: "counter",
    help: "Requests with keys of a team, as `ghostllm_requests_total` counts them.",
    labels: ["team"],
  },
  ghostllm_team_tokens_total: {
    type: "counter",
    help: "Tokens of those, by type: prompt and completion.",
    labels: ["team", "type"],
  },
  ghostllm_team_cost_usd_total: {
    type: "counter",
    help: "Cost of those whose price is known.",
    labels: ["team"],
  },
  ghostllm_team_info: {
    type: "gauge",
    help: "1; says what the team with that id is called.",
    labels: ["team", "name"],
  },
  ghostllm_budget_used_ratio: {
    type: "gauge",
    help: "How much of a budget is spent, of 1: of the fifty that are used up the furthest, from a half on. `scope` is who has it (key, user, team, organisation, alias, provider), `id` says which; `name` is empty of keys and users. `span` is its time (total, day, week, month, or rolling with its days).",
    labels: ["scope", "id", "name", "span"],
  },
} as const satisfies Record<string, MetricDefinition>;

export interface TeamName {
  readonly id: string;
  readonly name: string;
}

export interface BudgetUse {
  readonly scope: string;
  readonly id: string;
  /** Empty where it is that of a person. */
  readonly name: string;
  readonly span: string;
  readonly ratio: number;
}

type Name = keyof typeof moneyMetricDefinitions;

interface Make {
  counter(name: Name): Counter;
  tallies(name: Name): (...labels: readonly string[]) => Tally;
  gauge(name: Name, read: (gauge: Gauge) => void): Gauge;
}

export function moneyMetrics(make: Make, mostNames: number) {
  const countFor = countersOf(make, mostNames);
  return {
    countTeam(record: UsageRecord): void {
      if (record.teamId !== null) countFor(record.teamId, record);
    },
    /** As control knows them; those that are counted apart may be others. */
    watchTeams(read: () => readonly TeamName[]): void {
      make.gauge("ghostllm_team_info", (gauge) => {
        gauge.reset();
        for (const { id, name } of read()) gauge.labels(id, name).set(1);
        gauge.labels(otherName, otherName).set(1);
      });
    },
    watchBudgets(read: () => readonly BudgetUse[]): void {
      make.gauge("ghostllm_budget_used_ratio", (gauge) => {
        gauge.reset();
        for (const { scope, id, name, span, ratio } of read()) gauge.labels(scope, id, name, span).set(ratio);
      });
    },
  };
}

function countersOf(make: Make, mostNames: number): (team: string, record: UsageRecord) => void {
  const requests = make.tallies("ghostllm_team_requests_total");
  const tokens = make.tallies("ghostllm_team_tokens_total");
  const cost = make.tallies("ghostllm_team_cost_usd_total");
  const teams = new BoundedNames(mostNames);
  const known = new Map<string, ReturnType<typeof bind>>();
  const bind = (team: string) => ({
    requests: requests(team),
    prompt: tokens(team, "prompt"),
    completion: tokens(team, "completion"),
    cost: cost(team),
  });
  return (id, record) => {
    const team = teams.of(id);
    const bound = known.get(team) ?? bind(team);
    known.set(team, bound);
    bound.requests.inc();
    bound.prompt.inc(record.promptTokens);
    bound.completion.inc(record.completionTokens);
    bound.cost.inc((record.costNanos ?? 0) / 1e9);
  };
}
