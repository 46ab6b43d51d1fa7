// What an alias says about retries, fallbacks and time, and of targets that are slow or full.

import { z } from "zod";
import { retriedFailures } from "#alias-policies.ts";
import { openEnum } from "./fields.ts";

const aboutFailures =
  "`refused`: no connection; `timeout`: no word in time; `broken`: the answer broke off or made no sense; `error`: an error of the vendor's own; `overloaded`: it has too much to do; `rate_limit`: the account asks too much.";

const retryNumbers = {
  attempts_per_target: z.int().min(1).max(10).default(2).describe("At one target, the first one included."),
  attempts: z.int().min(1).max(20).default(6).describe("At all targets together, those of fallbacks included."),
  backoff_ms: z
    .int()
    .min(0)
    .max(60_000)
    .default(200)
    .describe("Before the same target is asked again; twice as long each time, and up to half of it less by chance."),
  max_backoff_ms: z.int().min(0).max(60_000).default(5_000).describe("The longest that this grows to."),
  max_retry_after_ms: z
    .int()
    .min(0)
    .max(60_000)
    .default(5_000)
    .describe("A vendor that asks to come back later is waited for as long as this; one that asks for more is not."),
};

const usualFailures = ["refused", "broken", "error", "overloaded"] as const;

export const retries = z
  .object({ ...retryNumbers, on: z.array(openEnum(retriedFailures)).describe(aboutFailures) })
  .nullable()
  .describe("When the same target is asked again. Null: each target once, and the last one twice.");

export const retriesInput = z
  .strictObject({
    ...retryNumbers,
    on: z
      .array(z.enum(retriedFailures))
      .max(retriedFailures.length)
      .default([...usualFailures])
      .describe(aboutFailures),
  })
  .meta({ id: "AliasRetriesInput" })
  .nullable();

const names = z.array(z.string().min(1).max(264)).max(10);

const aboutFallbacks =
  "Names to go on with where no target has answered, in their order: other aliases, or `provider/model`. `context_length`, `content_filter` and `rate_limit` are for failures of that kind, `any` for all others, and for these where they have no list; refused content leads on by its own list alone.";

export const fallbacks = z
  .object({ any: names, context_length: names, content_filter: names, rate_limit: names })
  .describe(aboutFallbacks);

export const fallbacksInput = z
  .strictObject({
    any: names.default([]),
    context_length: names.default([]),
    content_filter: names.default([]),
    rate_limit: names.default([]),
  })
  .describe(aboutFallbacks)
  .meta({ id: "AliasFallbacksInput" });

const queueFields = {
  max_wait_ms: z
    .int()
    .min(10)
    .max(600_000)
    .describe("The longest that a request waits; then it is refused as without a queue."),
  max_waiting: z.int().min(1).max(100_000).default(1_000).describe("Of all that ask for the alias, in each process."),
};

const aboutQueue =
  "Requests that find all targets full, by the limits of their models and providers, wait for one that has room. Teams take turns, and so do users who are in none. Null: they are refused at once.";

export const queue = z.object(queueFields).nullable().describe(aboutQueue);

export const queueInput = z.strictObject(queueFields).meta({ id: "AliasQueueInput" }).nullable().describe(aboutQueue);

const hedgeFields = {
  after_ms: z
    .int()
    .min(10)
    .max(600_000)
    .describe(
      "When a target has not begun to answer: before the first word of a stream, or the first byte of any other.",
    ),
  most_percent: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe("Of a hundred attempts at its targets, beside so many others are asked, in each process."),
};

const aboutHedge =
  "The next target is asked beside one that is slow to begin, once in a request: whichever answers first is the client's, and the other one is told to stop. What that one had begun is charged. It takes two targets. Null: targets are asked one after the other alone.";

export const hedge = z.object(hedgeFields).nullable().describe(aboutHedge);

export const hedgeInput = z.strictObject(hedgeFields).meta({ id: "AliasHedgeInput" }).nullable().describe(aboutHedge);

const continuationFields = {
  attempts: z.int().min(1).max(5).default(2).describe("So often somebody is asked to go on, in one request."),
};

const aboutContinuation =
  "A stream of text that breaks off behind its first words is gone on with by another target of the alias, or by the same one: it is asked with what was told so far as the beginning of its answer, and what it says follows in the same stream. It takes a target whose model takes such a beginning. Null: the stream ends with an error.";

export const continuation = z.object(continuationFields).nullable().describe(aboutContinuation);

export const continuationInput = z
  .strictObject(continuationFields)
  .meta({ id: "AliasContinuationInput" })
  .nullable()
  .describe(aboutContinuation);

const aboutShadow =
  "A share of the requests is asked of a second target as well. Its answers are read to the end and told to nobody, and no budget but those of its provider is charged. Null: none is.";

const shadowFields = {
  to: z.string().min(1).max(300).describe("An alias, or `provider/model`."),
  percent: z.number().min(0.01).max(100).describe("Of the requests."),
  max_concurrent: z
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe("At a time, in each process. What is over it is not copied."),
};

export const shadow = z.object(shadowFields).nullable().describe(aboutShadow);

export const shadowInput = z
  .strictObject(shadowFields)
  .meta({ id: "AliasShadowInput" })
  .nullable()
  .describe(aboutShadow);

const ms = z.int().min(10).max(86_400_000).nullable();

export const timeFields = {
  connect_ms: ms.describe("Until there is a connection to the vendor."),
  first_token_ms: ms.describe(
    "From asking a target until the first word of a stream, or the first byte of any other answer.",
  ),
  idle_ms: ms.describe("The longest silence within an answer."),
  total_ms: ms.describe("Of the whole request, whichever targets are asked."),
};

const aboutTimeouts = "The server's own hold as well: the shorter one counts. Null: the server's alone.";

export const timeouts = z.object(timeFields).describe(aboutTimeouts);

export const timeoutsInput = z
  .strictObject({
    connect_ms: timeFields.connect_ms.default(null),
    first_token_ms: timeFields.first_token_ms.default(null),
    idle_ms: timeFields.idle_ms.default(null),
    total_ms: timeFields.total_ms.default(null),
  })
  .describe(aboutTimeouts)
  .meta({ id: "AliasTimeoutsInput" });
