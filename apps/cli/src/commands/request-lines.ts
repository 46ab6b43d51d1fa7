// What is known of a request, as lines to read.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { orDash, printable } from "#output.ts";

export type Detail = RouteAnswer<AdminRoutes["requests"]["get"]>;
type Why = Detail["why"];

export function linesOfRequest(detail: Detail): readonly string[] {
  const parts = [
    headOf(detail),
    phasesOf(detail.why),
    ...detail.why.plans.map(planOf),
    named(
      "Not led to",
      detail.why.not_led_to.map(({ name, reason }) => `${name}  ${reason}`),
    ),
    attemptsOf(detail),
    named("Held to", limitsOf(detail.why)),
    named("Cost", costOf(detail)),
    named(
      "Guardrails",
      detail.why.guardrails.map(({ name, stage, outcome }) => `${outcome.padEnd(8)}  ${name}  (${stage})`),
    ),
    named("Notes", detail.why.notes),
  ];
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : ["", ...part]))
    .map(printable);
}

function named(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function headOf({ record, why }: Detail): readonly string[] {
  const { id, created_at: at, status, http_status: http, error_code: error, cost_usd: cost } = record;
  const answered = record.provider === "" ? "no vendor" : `${record.provider}/${record.model}`;
  const { cache } = why;
  return [
    `${id}  ${at}`,
    `${status} ${http}${error === null ? "" : ` ${error}`}: '${record.requested_model}' answered by ${answered}`,
    `${record.total_tokens} tokens, ${cost === null ? "cost unknown" : `${cost} USD`}, ${record.latency_ms} ms`,
    ...(cache === null
      ? []
      : [
          `cache: ${cache.outcome}${cache.reason === null ? "" : ` (${cache.reason})`}, shared within the ${cache.scope}`,
        ]),
    ...(why.hedge === null
      ? []
      : [`nothing had come after ${why.hedge.after_ms} ms: a second target beside it, ${why.hedge.outcome}`]),
    ...why.continued.map(({ after_ms: ms, outcome }) => `its stream broke off after ${ms} ms: ${outcome}`),
    ...(why.capped === null
      ? []
      : [`a budget of the ${why.capped.scope} was at its cap: '${orDash(record.downgraded_to)}' answered`]),
  ];
}

function phasesOf({ phases }: Why): readonly string[] {
  return named(
    "Time",
    phases.map(({ name, us }) => `${name.padEnd(8)}  ${(us / 1000).toFixed(2).padStart(10)} ms`),
  );
}

function planOf({
  name,
  strategy,
  prefer,
  targets,
  is_probe: isProbe,
  is_sticky: isSticky,
  more,
}: Why["plans"][number]): readonly string[] {
  const preferred = prefer === null ? [] : [`${prefer} preferred`];
  const marks = [strategy, ...preferred, ...(isSticky ? ["users stay"] : []), ...(isProbe ? ["all rested"] : [])].join(
    ", ",
  );
  const lines = targets.map(
    ({
      place,
      provider,
      model,
      score,
      state,
      holds_prompt: holds,
      rest_ms: rest,
      rest_reason: because,
      decision,
      reason,
    }) => {
      const who = provider === "" ? "a target" : `${provider}/${model}`;
      const stood = rest === null ? state : `${state} ${rest} ms (${orDash(because)})`;
      const scored = [
        ...(score === null ? [] : [`${score.kind} ${score.value}`]),
        ...(holds ? ["may hold the prompt"] : []),
      ];
      return [`${place ?? "-"}`, who, ...scored, stood, reason === null ? decision : `${decision}: ${reason}`].join(
        "  ",
      );
    },
  );
  return named(`Targets of '${name}' (${marks})`, more === 0 ? lines : [...lines, `and ${more} more`]);
}

function attemptsOf({ record: { trail } }: Detail): readonly string[] {
  return named(
    "Attempts",
    (trail ?? []).map(({ provider, model, started_ms: at, ms, status, reason }) => {
      const who = provider === "" ? "a target" : `${provider}/${model}`;
      return `at ${at} ms  ${who}  ${ms} ms  ${status ?? ""} ${reason ?? "answered"}`;
    }),
  );
}

function limitsOf({ limits, held_usd: held }: Why): readonly string[] {
  const lines = limits.map(({ scope, name, what, period, limit, left, limit_usd: limitUsd, left_usd: leftUsd }) => {
    const of = `${leftUsd ?? left} of ${limitUsd ?? limit}${limitUsd === null ? "" : " USD"} left`;
    return `${scope}${name === null ? "" : ` ${name}`}  ${what}${period === null ? "" : ` per ${period}`}  ${of}`;
  });
  return held === null ? lines : [...lines, `held until it ended: ${held} USD`];
}

function costOf({ price: { lines, note, source } }: Detail): readonly string[] {
  if (lines === null) return note === null ? [] : [note];
  const told = lines.map(
    ({ kind, count, price_usd: price, per, amount_usd: amount }) =>
      `${kind}  ${count} x ${price} USD${per === "million" ? " / M" : ""} = ${amount}`,
  );
  return told.length === 0 ? [] : [...told, `by ${orDash(source)}`];
}
