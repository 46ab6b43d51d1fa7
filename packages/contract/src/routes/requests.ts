import { z } from "zod";
import { contentStates } from "#stored-prompts.ts";
import { usageStatuses } from "#usage-fields.ts";
import {
  flag,
  id,
  idParams,
  listOf,
  moment,
  openEnum,
  pageQuery,
  time,
  usd,
  usdNotNegative,
  wholeList,
} from "./fields.ts";
import { requestWhy } from "./request-why.ts";
import { defineRoutes } from "./route.ts";
import { count, recordShape, usageRecord } from "./usage-record.ts";

/** What a list of requests shows of each. */
export const requestRow = z
  .object(recordShape)
  .pick({
    ...{
      id: true,
      created_at: true,
      user_id: true,
      api_key_id: true,
      team_id: true,
      organisation_id: true,
      provider_id: true,
      provider: true,
    },
    ...{ model_id: true, model: true, requested_model: true, dialect: true, operation: true, streamed: true },
    ...{ status: true, http_status: true, error_code: true, prompt_tokens: true, completion_tokens: true },
    ...{ total_tokens: true, cached_tokens: true, estimated: true, cost_usd: true, latency_ms: true, ttft_ms: true },
    ...{ attempts: true, cache: true },
  })
  .extend({
    user_name: z.string().nullable().describe("Null where the user has been deleted."),
    key_name: z.string().nullable(),
    key_public_id: z.string().nullable(),
    fell_back: z.boolean().describe("Another target answered than the one that was asked first."),
  })
  .meta({ id: "RequestRow" });

/** Further than this nobody counts. */
export const mostCounted = 10_000;

const counted = z
  .object({
    value: count,
    is_exact: z.boolean().describe(`False: there are more than \`value\`, which is then ${mostCounted}.`),
  })
  .describe("How many requests the filter finds; null on pages other than the first.")
  .meta({ id: "CountedRequests" });

const costLine = z
  .object({
    kind: openEnum(["input", "cached_input", "cache_write", "output", "reasoning", "request", "web_searches"]).describe(
      "A class of tokens, or what a fee is for.",
    ),
    count,
    price_usd: usd.describe("Per million tokens, or for each use."),
    per: openEnum(["million", "one"]),
    amount_usd: z.string().describe("The product of both, exact: decimal text with up to fifteen decimals."),
  })
  .meta({ id: "CostLine" });

const costArithmetic = z
  .object({
    source: z.string().nullable().describe("As `price_version` of the record; null where the cost is unknown."),
    lines: z
      .array(costLine)
      .nullable()
      .describe("Null where the lines of the price in force now do not come to the cost of then."),
    factor: z
      .object({ times: count, per: count, because: z.string() })
      .nullable()
      .describe("By which tokens, but not fees, are dearer; null for none."),
    unanswered_usd: usd.nullable().describe("Attempts that came to nothing: added to the lines."),
    cost_usd: usd.nullable().describe("The sum, rounded once to nine decimals, half up."),
    note: z.string().nullable().describe("Why there are no lines."),
  })
  .meta({ id: "CostArithmetic" });

const charge = z
  .object({
    kind: openEnum(["key", "user", "team", "organisation", "alias", "provider"]),
    id,
    name: z.string().nullable().describe("Null where it has been deleted."),
    charged_usd: usd,
  })
  .meta({ id: "Charge" });

const requestDetail = z
  .object({
    record: usageRecord,
    row: requestRow,
    price: costArithmetic,
    charges: z.array(charge).describe("The scopes whose budgets were charged."),
    why: requestWhy,
    content: openEnum(contentStates).describe(
      "Whether its texts are stored: `dropped` where there was no room, `gone` where they are not there any more.",
    ),
  })
  .meta({ id: "RequestDetail" });

const storedText = z
  .object({
    content_type: z.string(),
    bytes: count.describe("Of the whole, also where it is cut or not stored."),
    body: z
      .string()
      .nullable()
      .describe("As it went to the vendor, or came from there, in the client's dialect; null for what is no text."),
    is_cut: z.boolean().describe("More than is stored of one text: the rest is not there."),
    left_out: count.describe("So many pictures, sounds and files stood in it, of which only the sizes are stored."),
  })
  .meta({ id: "StoredText" });

const requestContent = z
  .object({
    request_id: id,
    state: openEnum(contentStates),
    dialect: z.string().nullable(),
    operation: z.string(),
    streamed: z.boolean(),
    stored_until: time.nullable().describe("Null where nothing is stored."),
    request: storedText.nullable().describe("Null where it had no body, or is not stored."),
    answer: storedText.nullable().describe("Null where there was none, or the policy stores requests alone."),
    answer_text: z
      .string()
      .nullable()
      .describe("What the model wrote, read from `answer`, also from a stream; null where nothing is found in it."),
  })
  .meta({ id: "RequestContent" });

const filter = {
  from: moment.optional().describe("Inclusive."),
  to: moment.optional().describe("Exclusive."),
  user_id: id.optional(),
  api_key_id: id.optional(),
  team_id: id.optional(),
  organisation_id: id.optional(),
  provider_id: id.optional(),
  model: z.string().min(1).max(200).optional().describe("The name that the model has at its provider."),
  requested_model: z.string().min(1).max(200).optional().describe("The name that was asked for, such as an alias."),
  status: z
    .enum([...usageStatuses, "failed"])
    .optional()
    .describe("`failed` is any but `ok`."),
  http_status: z.coerce.number<string | number>().int().min(100).max(599).optional(),
  error_code: z.string().min(1).max(100).optional(),
  dialect: z.string().min(1).max(100).optional(),
  operation: z.string().min(1).max(100).optional(),
  session_id: id.optional().describe("Of a saved chat."),
  streamed: flag.optional(),
  min_cost_usd: usdNotNegative.optional(),
  min_latency_ms: z.coerce.number<string | number>().int().min(0).optional(),
  id: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f-]{1,36}$/, "Give the beginning of a request id")
    .optional()
    .describe("The beginning of a request id, or all of it."),
};

const orderBy = z
  .enum(["time", "cost", "latency", "first_token", "tokens"])
  .default("time")
  .describe("What is not known, such as a cost, is the least.");

const refusedRequest = z
  .object({
    id,
    created_at: time,
    code: z.string().describe("Of the catalogue of errors."),
    http_status: count,
    path: z.string(),
    api_key_id: id.nullable().describe("Null where the caller was not known."),
    key_name: z.string().nullable(),
    key_public_id: z.string().nullable(),
    user_id: id.nullable(),
    user_name: z.string().nullable(),
    ip_address: z.string().nullable(),
  })
  .meta({ id: "RefusedRequest" });

const tag = "Requests";

export const requestRoutes = defineRoutes({
  list: {
    tag,
    permission: "usage.read",
    id: "requests.list",
    method: "GET",
    path: "/admin/requests",
    query: pageQuery.extend({ ...filter, order_by: orderBy, order: z.enum(["desc", "asc"]).default("desc") }),
    response: listOf(requestRow).extend({
      count: counted.nullable(),
      kept_since: time.nullable().describe("Older requests are forgotten, and in no list; null: all are kept."),
    }),
    status: 200,
    summary: "List requests",
    description:
      "Those that reached a vendor, with names; newest first where no other order is asked for. The first page tells how many there are. Where what is sought is rare and has no index (a model, a provider, a dialect, an operation), an answer may have fewer requests than were asked for, or none, and still a `next`: the log was looked through up to there, and `count` is null.",
  },
  export: {
    tag,
    permission: "usage.read",
    id: "requests.export",
    method: "GET",
    path: "/admin/requests/export",
    query: z.strictObject(filter),
    response: z.string(),
    mediaType: "text/csv",
    status: 200,
    summary: "Requests as CSV",
    description: "All that the filter finds, newest first, sent as they are read. One that is not whole is cut.",
  },
  exportNdjson: {
    tag,
    permission: "usage.read",
    id: "requests.exportNdjson",
    method: "GET",
    path: "/admin/requests/export/ndjson",
    query: z.strictObject(filter),
    response: z.string().describe("A request a line, as JSON, with the fields of the list."),
    mediaType: "application/x-ndjson",
    status: 200,
    summary: "Requests as NDJSON",
    description: "All that the filter finds, newest first, sent as they are read. One that is not whole is cut.",
  },
  refused: {
    tag,
    permission: "usage.read",
    id: "requests.refused",
    method: "GET",
    path: "/admin/refused-requests",
    query: wholeList,
    response: z.object({ data: z.array(refusedRequest) }).meta({ id: "RefusedRequests" }),
    status: 200,
    summary: "List requests that were refused",
    description:
      "The last 500 since the server started that were answered with an error before any vendor was asked, newest first: over a limit or a budget, an unknown key or model, a body that makes no sense. They are not stored.",
  },
  get: {
    tag,
    permission: "usage.read",
    id: "requests.get",
    method: "GET",
    path: "/admin/requests/{id}",
    params: idParams,
    response: requestDetail,
    status: 200,
    summary: "Read a request",
    description:
      "All that its record knows: what was chosen between and why, its attempts, the arithmetic of its cost, and whose budgets were charged.",
  },
  content: {
    tag,
    permission: "prompts.read",
    id: "requests.content",
    method: "GET",
    path: "/admin/requests/{id}/content",
    params: idParams,
    response: requestContent,
    status: 200,
    summary: "Read the stored prompt and answer of a request",
    description:
      "Where the policy of its key has them stored: behind what the privacy policy replaced, so that placeholders are in it and no texts that they stand for. Every reading is an entry of the audit log.",
  },
});
