// What an alias says about retries, fallbacks and time, as options. What is left out stays as it is.

import { retriedFailures } from "@ghostllm/contract";
import type { RetriedFailure } from "@ghostllm/contract";
import type { AdminRoutes, RouteInput } from "@ghostllm/contract/routes";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { toMs } from "#arguments.ts";
import type { Alias } from "#lookup.ts";
import { timeoutsOf, withTimeouts } from "./timeouts.ts";
import type { TimeoutOptions } from "./timeouts.ts";

type Body = RouteInput<AdminRoutes["aliases"]["update"]>["body"];
type AliasPolicyBody = Pick<
  Body,
  "retries" | "fallbacks" | "timeouts" | "sticky_by" | "queue" | "hedge" | "continuation" | "prompt_affinity" | "shadow"
>;

export interface PolicyOptions extends TimeoutOptions {
  readonly stickyBy?: "user" | "none";
  readonly promptAffinity?: "on" | "off";
  /** False: `--no-retries`. */
  readonly retries?: boolean;
  readonly retryOn?: readonly RetriedFailure[];
  readonly attemptsPerTarget?: number;
  readonly attempts?: number;
  readonly backoff?: number;
  readonly maxBackoff?: number;
  readonly maxRetryAfter?: number;
  readonly fallback?: readonly string[];
  readonly fallbackContextLength?: readonly string[];
  readonly fallbackContentFilter?: readonly string[];
  readonly fallbackRateLimit?: readonly string[];
  readonly queueWait?: number;
  readonly queueMost?: number;
  readonly hedgeAfter?: number;
  readonly hedgeMost?: number;
  readonly continuation?: number;
  readonly shadow?: string;
  readonly shadowPercent?: number;
  readonly shadowMost?: number;
}

export function addPolicyOptions(command: Command): Command {
  return withTimeouts(command)
    .addOption(new Option("--sticky-by <whom>", "with --weighted: who stays with one target").choices(["user", "none"]))
    .addOption(
      new Option("--prompt-affinity <switch>", "do conversations go on where they were answered before?").choices([
        "on",
        "off",
      ]),
    )
    .option("--attempts-per-target <count>", "how often one target is asked, at most", toCount)
    .option("--attempts <count>", "how often all of them are asked together, at most", toCount)
    .addOption(
      new Option("--retry-on <failures...>", "after which failures the same target is asked again").choices(
        retriedFailures,
      ),
    )
    .option("--backoff <ms>", "before the same target is asked again; twice as long each time", toMs)
    .option("--max-backoff <ms>", "the longest that this grows to", toMs)
    .option("--max-retry-after <ms>", "how long a vendor is waited for that asks to come back later", toMs)
    .option("--no-retries", "each target once, and the last one twice, as without all of these")
    .option("--fallback <names...>", "aliases or PROVIDER/MODEL to go on with; `none` for none")
    .option("--fallback-context-length <names...>", "the same, where the prompt is too long")
    .option("--fallback-content-filter <names...>", "the same, where the vendor refuses the content")
    .option("--fallback-rate-limit <names...>", "the same, where the account may ask no more")
    .option("--queue-wait <ms>", "how long requests wait that find all targets full; 0: they are refused", toMs)
    .option("--queue-most <count>", "how many wait at most, in each process", toMany)
    .option("--hedge-after <ms>", "a second target is asked beside one that has not begun by then; 0: none is", toMs)
    .option("--hedge-most <percent>", "of attempts, beside which others may be asked", toCount)
    .option("--continuation <attempts>", "so often others go on with a stream that breaks off; 0: nobody does", toFew)
    .option("--shadow <name>", "alias or PROVIDER/MODEL that a share of requests is asked of as well; `none` for none")
    .option("--shadow-percent <percent>", "how large that share is", toPercent)
    .option("--shadow-most <count>", "so many of them at a time, in each process", toCount);
}

/** `present` is null for a new one. */
export function toPolicyBody(options: PolicyOptions, present: Alias | null): AliasPolicyBody {
  const { stickyBy, promptAffinity, continuation } = options;
  const sticky = stickyBy === undefined ? {} : { sticky_by: stickyBy === "user" ? stickyBy : null };
  return {
    ...retriesOf(options, present),
    ...fallbacksOf(options, present),
    ...timedBy(options, present),
    ...queueOf(options, present),
    ...hedgeOf(options, present),
    ...(continuation !== undefined && { continuation: continuation === 0 ? null : { attempts: continuation } }),
    ...shadowOf(options, present),
    ...sticky,
    ...(promptAffinity !== undefined && { prompt_affinity: promptAffinity === "on" }),
  };
}

function retriesOf(options: PolicyOptions, present: Alias | null): Pick<AliasPolicyBody, "retries"> {
  if (options.retries === false) return { retries: null };
  const given = told({
    ...{ attempts_per_target: options.attemptsPerTarget, attempts: options.attempts },
    ...{ backoff_ms: options.backoff, max_backoff_ms: options.maxBackoff },
    max_retry_after_ms: options.maxRetryAfter,
  });
  const { retryOn } = options;
  if (Object.keys(given).length === 0 && retryOn === undefined) return {};
  const { on, ...before } = present?.retries ?? {};
  const known = on?.filter((failure) => retriedFailures.some((one) => one === failure)) as RetriedFailure[] | undefined;
  const failures = retryOn === undefined ? known : [...retryOn];
  return { retries: { ...before, ...given, ...(failures !== undefined && { on: failures }) } };
}

function fallbacksOf(options: PolicyOptions, present: Alias | null): Pick<AliasPolicyBody, "fallbacks"> {
  const given = told({
    any: namesOf(options.fallback),
    context_length: namesOf(options.fallbackContextLength),
    content_filter: namesOf(options.fallbackContentFilter),
    rate_limit: namesOf(options.fallbackRateLimit),
  });
  return Object.keys(given).length === 0 ? {} : { fallbacks: { ...present?.fallbacks, ...given } };
}

function namesOf(names: readonly string[] | undefined): string[] | undefined {
  return names?.filter((name) => name !== "none");
}

function timedBy(options: PolicyOptions, present: Alias | null): Pick<AliasPolicyBody, "timeouts"> {
  const given = timeoutsOf(options);
  return Object.keys(given).length === 0 ? {} : { timeouts: { ...present?.timeouts, ...given } };
}

function queueOf({ queueWait, queueMost }: PolicyOptions, present: Alias | null): Pick<AliasPolicyBody, "queue"> {
  if (queueWait === 0) return { queue: null };
  const wait = queueWait ?? present?.queue?.max_wait_ms;
  if (wait === undefined || (queueWait === undefined && queueMost === undefined)) return {};
  const most = queueMost ?? present?.queue?.max_waiting;
  return { queue: { max_wait_ms: wait, ...(most !== undefined && { max_waiting: most }) } };
}

function shadowOf({ shadow, shadowPercent, shadowMost }: PolicyOptions, present: Alias | null) {
  if (shadow === "none") return { shadow: null };
  const {
    to = shadow,
    percent = shadowPercent,
    max_concurrent: most,
  } = { ...present?.shadow, ...told({ to: shadow, percent: shadowPercent }) };
  if (shadow === undefined && shadowPercent === undefined && shadowMost === undefined) return {};
  if (to === undefined || percent === undefined)
    throw new InvalidArgumentError("Give --shadow and --shadow-percent together.");
  const atMost = shadowMost ?? most;
  return { shadow: { to, percent, ...(atMost !== undefined && { max_concurrent: atMost }) } };
}

function hedgeOf({ hedgeAfter, hedgeMost }: PolicyOptions, present: Alias | null): Pick<AliasPolicyBody, "hedge"> {
  if (hedgeAfter === 0) return { hedge: null };
  const after = hedgeAfter ?? present?.hedge?.after_ms;
  if (after === undefined || (hedgeAfter === undefined && hedgeMost === undefined)) return {};
  const most = hedgeMost ?? present?.hedge?.most_percent;
  return { hedge: { after_ms: after, ...(most !== undefined && { most_percent: most }) } };
}

type Told<Given> = { [Name in keyof Given]?: Exclude<Given[Name], undefined> };

/** Without what was left out. */
function told<Given extends object>(given: Given): Told<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Told<Given>;
}

function toCount(text: string): number {
  if (!/^(?:[1-9]\d?|100)$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1 on.");
  return Number(text);
}

function toFew(text: string): number {
  if (!/^[0-5]$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0 to 5.");
  return Number(text);
}

function toPercent(text: string): number {
  const percent = Number(text);
  if (!/^\d{1,3}(?:\.\d{1,2})?$/.test(text) || percent <= 0 || percent > 100)
    throw new InvalidArgumentError("Give a number above 0, up to 100.");
  return percent;
}

function toMany(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1 on.");
  return Number(text);
}
