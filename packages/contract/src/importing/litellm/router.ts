// `router_settings` and what of `litellm_settings` says how model groups are asked: as what each alias says of itself here.

import type { RetriedFailure } from "#alias-policies.ts";
import type { DesiredAlias } from "#importing/desired.ts";
import { fieldsOf, isFields, listOf, numberOf, textOf, textsOf, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import type { Target } from "./targets.ts";

type Terms = DesiredAlias["terms"];
type Strategy = NonNullable<Terms["strategy"]>;
type Retries = NonNullable<Terms["retries"]>;
type Fallbacks = NonNullable<Terms["fallbacks"]>;

export interface RouterTerms {
  /** What is only nearly so of every alias. */
  readonly notes: readonly string[];
  /** Another name of a group -> the group. */
  readonly groupAliases: ReadonlyMap<string, string>;
  /** What is only nearly so of this one is added to `notes`. */
  of(group: string, targets: readonly Target[], notes: string[]): Terms & { readonly strategy: Strategy };
}

const strategies: Readonly<Record<string, readonly [Strategy, string]>> = {
  "simple-shuffle": ["weighted", ""],
  "least-busy": ["least-busy", ""],
  "latency-based-routing": ["latency", "by the time to the first word, without routing_strategy_args"],
  "cost-based-routing": ["cheapest", ""],
  "usage-based-routing": ["least-busy", "by the requests that are running, not by the tokens of the last minute"],
  "usage-based-routing-v2": ["least-busy", "by the requests that are running, not by the tokens of the last minute"],
};

export function readRouter(router: Fields, litellm: Fields, findings: Findings): RouterTerms {
  const strategy = strategyOf(router, findings);
  const fallbacks = readFallbacks(router, litellm, findings);
  const cache = cacheOf(litellm, findings);
  const groupAliases = groupAliasesOf(router, findings);
  const retries = retriesReader(router, litellm, findings);
  const wait = secondsOf(router["timeout"] ?? litellm["request_timeout"]);
  const streamWait = secondsOf(router["stream_timeout"]);
  if (wait !== null || streamWait !== null)
    findings.approximate(
      wait === null ? "router_settings.stream_timeout" : "timeout of requests",
      "as first_token_ms and idle_ms of each alias: of one target, as there",
    );
  return {
    notes: [],
    groupAliases,
    of: (group, targets) => ({
      strategy,
      ...retries(group),
      fallbacks: fallbacks(group),
      ...timeoutsOf(targets, { wait, streamWait }),
      ...(cache !== null && { cache }),
    }),
  };
}

function strategyOf(router: Fields, findings: Findings): Strategy {
  const name = textOf(router["routing_strategy"]) ?? "simple-shuffle";
  const item = `router_settings.routing_strategy: ${name}`;
  const known = strategies[name];
  if (known === undefined) {
    findings.approximate(item, "aliases are weighted here");
    return "weighted";
  }
  const [strategy, note] = known;
  if (router["routing_strategy"] !== undefined) findings.graded(item, note === "" ? [] : [note], strategy);
  return strategy;
}

function groupAliasesOf(router: Fields, findings: Findings): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(fieldsOf(router["model_group_alias"])).flatMap(([name, of]): (readonly [string, string])[] => {
      if (typeof of === "string") return [[name, of]];
      const hidden = isFields(of) ? textOf(of["model"]) : null;
      if (hidden === null) return [];
      findings.approximate(`router_settings.model_group_alias.${name}`, "it is in the list of models here");
      return [[name, hidden]];
    }),
  );
}

const kinds = {
  fallbacks: "any",
  context_window_fallbacks: "context_length",
  content_policy_fallbacks: "content_filter",
} as const;

const mostFallbacks = 10;

/** Of the router, of `litellm_settings`, and those of all groups: `*`, and `default_fallbacks`. */
function readFallbacks(router: Fields, litellm: Fields, findings: Findings): (group: string) => Fallbacks {
  const lists = { any: new Map(), context_length: new Map(), content_filter: new Map() } as Record<
    "any" | "context_length" | "content_filter",
    Map<string, readonly string[]>
  >;
  for (const [name, kind] of Object.entries(kinds)) {
    for (const entry of [...listOf(router[name]), ...listOf(litellm[name])]) {
      for (const [group, to] of Object.entries(fieldsOf(entry))) {
        lists[kind].set(group, namesIn(to, `${name} of ${group}`, findings));
        findings.exact(`${name} of ${group}`, namesOf(to).join(", "));
      }
    }
  }
  const usual = textsOf(router["default_fallbacks"] ?? litellm["default_fallbacks"]);
  if (usual.length > 0) findings.exact("default_fallbacks", "of each alias");
  return (group) => {
    const of = (kind: keyof typeof lists): string[] => {
      const own = lists[kind].get(group) ?? lists[kind].get("*") ?? (kind === "any" ? usual : []);
      return own.filter((name) => name !== group).slice(0, mostFallbacks);
    };
    const filtered = of("content_filter");
    return { any: of("any"), context_length: of("context_length"), content_filter: filtered, rate_limit: [] };
  };
}

const namesOf = (to: unknown): readonly string[] =>
  listOf(to).flatMap((one) => textOf(one) ?? (isFields(one) ? (textOf(one["model"]) ?? []) : []));

function namesIn(to: unknown, item: string, findings: Findings): readonly string[] {
  if (listOf(to).some(isFields)) findings.approximate(item, "what fallbacks change in requests is not moved");
  if (namesOf(to).length > mostFallbacks) findings.approximate(item, `the first ${mostFallbacks} of them`);
  return namesOf(to);
}

const failuresOf: Readonly<Record<string, readonly RetriedFailure[]>> = {
  TimeoutErrorRetries: ["timeout"],
  RateLimitErrorRetries: ["rate_limit"],
  InternalServerErrorRetries: ["error", "broken"],
  ServiceUnavailableErrorRetries: ["overloaded", "refused"],
};

function retriesReader(
  router: Fields,
  litellm: Fields,
  findings: Findings,
): (group: string) => { readonly retries?: Retries } {
  const given = numberOf(router["num_retries"] ?? litellm["num_retries"]);
  const after = secondsOf(router["retry_after"]);
  if (given !== null || after !== null)
    findings.approximate("num_retries", "attempts of each alias at all its targets; waits grow as here");
  const policies = fieldsOf(router["model_group_retry_policy"]);
  const usual = fieldsOf(router["retry_policy"]);
  const hasPolicy = [usual, policies].some((one) => Object.keys(one).length > 0);
  if (hasPolicy) findings.approximate("retry_policy", "the largest number of them for all that it names");
  return (group) => {
    const policy = { ...usual, ...fieldsOf(policies[group]) };
    const counts = Object.values(policy).flatMap((one) => numberOf(one) ?? []);
    const retries = counts.length === 0 ? given : Math.max(...counts);
    if (retries === null || retries < 1) return {};
    const on = Object.keys(policy).flatMap((name) =>
      (numberOf(policy[name]) ?? 0) > 0 ? (failuresOf[name] ?? []) : [],
    );
    const attempts = Math.min(20, retries + 1);
    const backoff = after === null ? {} : { backoff_ms: Math.min(60_000, after) };
    const all: RetriedFailure[] = ["refused", "timeout", "broken", "error", "overloaded", "rate_limit"];
    return {
      retries: {
        ...{ attempts_per_target: Math.min(10, attempts), attempts, ...backoff },
        on: on.length === 0 ? all : [...new Set(on)],
      },
    };
  };
}

interface Waits {
  readonly wait: number | null;
  readonly streamWait: number | null;
}

function timeoutsOf(targets: readonly Target[], { wait, streamWait }: Waits): Pick<Terms, "timeouts"> {
  const longest = (param: string): number | null => {
    const own = targets.map(({ params }) => secondsOf(params[param]));
    return own.some((one) => one === null) ? null : Math.max(...own.map((one) => one ?? 0));
  };
  const [total, stream] = [longest("timeout") ?? wait, longest("stream_timeout") ?? streamWait];
  if (total === null && stream === null) return {};
  const bounded = (ms: number | null): number | null => ms && Math.min(86_400_000, Math.max(10, ms));
  return { timeouts: { first_token_ms: bounded(total ?? stream), idle_ms: bounded(stream) } };
}

function secondsOf(value: unknown): number | null {
  const seconds = numberOf(value);
  return seconds === null || seconds <= 0 ? null : Math.round(seconds * 1000);
}

const mostCacheSeconds = 30 * 24 * 60 * 60;

/** Of all groups there: here each alias has its own. */
function cacheOf(litellm: Fields, findings: Findings): Terms["cache"] | null {
  if (litellm["cache"] !== true) return null;
  const { type, ttl, mode } = fieldsOf(litellm["cache_params"]);
  const item = `litellm_settings.cache (${textOf(type) ?? "local"})`;
  if (/semantic/.test(textOf(type) ?? "")) {
    findings.unsupported(item, "answers to prompts that only mean the same are not told again here");
    return null;
  }
  if (mode === "default_off") {
    findings.unsupported(item, "requests do not ask for it themselves here: give aliases a cache");
    return null;
  }
  findings.approximate(
    item,
    "each alias keeps answers, in the memory of the server or its Redis, and tells them within an organisation: who is in none shares with himself",
  );
  const seconds = Math.trunc(numberOf(ttl) ?? 60);
  return { ttl_seconds: Math.min(mostCacheSeconds, Math.max(1, seconds)), scope: "organisation", pace: "at_once" };
}
