// Single requests: one by its id, and those that a filter finds, newest first.

import { timeOfId } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Page } from "#control/store/page.ts";
import type { Tables } from "#control/store/tables.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { isWithin } from "#control/store/reach.ts";
import type { RequestFilter, RequestOrder, UsageStore } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { isKept } from "./retention.ts";
import { fromRow } from "./usage-columns.ts";

export const owners = {
  ...({ user: "user_id", key: "api_key_id", team: "team_id", organisation: "organisation_id" } as const),
};

export function requestsIn(database: Database): Pick<UsageStore, "list" | "count" | "find" | "ofIds"> {
  const isFound = (filter: RequestFilter, reach: Reach): Condition =>
    sql`${isKept(database)} and ${isListed(filter, reach)}`;
  return {
    list: (filter, page, reach, order = newestFirst) =>
      database.read(async (kysely) => {
        const found = isFound(filter, reach);
        const extreme = order.by === "time" ? undefined : extremes[order.by][order.isAscending ? "least" : "most"];
        if (order.by !== "time" && extreme !== undefined) {
          // Where as many are found among the few that stand out, nobody else comes before them.
          const few = await pageOf(kysely, sql`${found} and ${extreme}`, page, { ...order, value: columns[order.by] });
          if (few.length === page.limit) return few;
        }
        return pageOf(kysely, found, page, { ...order, value: valueOf(order, filter) });
      }),
    count: (filter, most, reach) =>
      database.read(async (kysely) => {
        const some = sql`select 1 from usage_logs where ${isFound(filter, reach)} limit ${most}`;
        const counting = sql<{ found: number }>`select cast(count(*) as bigint) as found from (${some}) as counted`;
        return (await counting.execute(kysely)).rows[0]?.found ?? 0;
      }),
    // Whoever asks for one has just heard of it, and the replica may not have.
    async find(id, reach) {
      const query = database.kysely.selectFrom("usage_logs").selectAll().where("id", "=", id);
      const row = await query.where(isKept(database)).where(isWithin(reach, owners)).executeTakeFirst();
      return row && fromRow(row);
    },
    async ofIds(ids) {
      if (ids.length === 0) return [];
      const query = database.kysely
        .selectFrom("usage_logs")
        .selectAll()
        .where("id", "in", [...ids]);
      return (await query.orderBy("created_at").execute()).map(fromRow);
    },
  };
}

async function pageOf(
  kysely: Kysely<Tables>,
  isFound: Condition,
  { limit, after }: Page,
  { by, isAscending, value }: RequestOrder & { readonly value: RawBuilder<number> },
): Promise<readonly UsageRecord[]> {
  const [direction, behind] = isAscending ? (["asc", sql`>`] as const) : (["desc", sql`<`] as const);
  let query = kysely
    .selectFrom("usage_logs")
    .selectAll()
    .where(isFound)
    .orderBy(value, direction)
    .orderBy("id", direction)
    .limit(limit);
  if (after !== undefined) {
    const last = kysely.selectFrom("usage_logs").select(value.as("value")).where("id", "=", after);
    const from = (await last.executeTakeFirst()) ?? placeOf(after, by);
    if (from === null) return [];
    // The first alone is what an index is looked up by.
    query = query
      .where(sql<boolean>`${value} ${isAscending ? sql`>=` : sql`<=`} ${from.value}`)
      .where(sql<boolean>`(${value}, id) ${behind} (${from.value}, ${after})`);
  }
  return (await query.execute()).map(fromRow);
}

/** A list by time may go on where no request is, or where one was that is forgotten by now. */
function placeOf(id: string, by: RequestOrder["by"]): { readonly value: number } | null {
  const value = by === "time" ? timeOfId(id) : null;
  return value === null ? null : { value };
}

interface Extremes {
  readonly most: Condition;
  /** Of the other end, where those that are there are few: most requests of some are cheap, quick and small. */
  readonly least?: Condition;
}

/** Those of which there is an index, in the words of that index. */
const extremes: Readonly<Record<Exclude<RequestOrder["by"], "time">, Extremes>> = {
  cost: { most: sql`cost >= 20000000` },
  latency: { most: sql`latency_ms >= 30000` },
  first_token: { most: sql`ttft_ms >= 5000`, least: sql`ttft_ms < 100` },
  tokens: { most: sql`total_tokens >= 20000` },
};

/** Of filters by the least that a request has: from here on they are so few that all of them are looked at sooner than all of the time. */
export const fewFrom = { costNanos: 100_000_000, latencyMs: 60_000 } as const;

function areFew({ minCostNanos = 0, minLatencyMs = 0 }: RequestFilter): boolean {
  return minCostNanos >= fewFrom.costNanos || minLatencyMs >= fewFrom.latencyMs;
}

/** With a sign it is in no index, and engines take the one of what else is asked for. */
function timeColumn(filter: RequestFilter): RawBuilder<number> {
  return areFew(filter) ? sql`+created_at` : sql`created_at`;
}

/** As they are in those indexes. */
const columns: Readonly<Record<keyof typeof extremes, RawBuilder<number>>> = {
  ...{ cost: sql`cost`, latency: sql`latency_ms`, first_token: sql`ttft_ms`, tokens: sql`total_tokens` },
};

const newestFirst: RequestOrder = { by: "time", isAscending: false };

/** What nothing is known of comes last. */
const unknownLast = (column: RawBuilder<number>, isAscending: boolean): RawBuilder<number> =>
  sql`coalesce(${column}, ${sql.lit(isAscending ? Number.MAX_SAFE_INTEGER : -1)})`;

function valueOf({ by, isAscending }: RequestOrder, filter: RequestFilter): RawBuilder<number> {
  return by === "time" ? timeColumn(filter) : orders[by](isAscending);
}

const orders: Readonly<Record<keyof typeof extremes, (isAscending: boolean) => RawBuilder<number>>> = {
  cost: (isAscending) => unknownLast(sql`cost`, isAscending),
  latency: () => sql`latency_ms`,
  first_token: (isAscending) => unknownLast(sql`ttft_ms`, isAscending),
  tokens: () => sql`total_tokens`,
};

type Condition = RawBuilder<boolean>;

/** One condition for each field that is given. */
const conditions: {
  readonly [Name in keyof RequestFilter]-?: (
    value: NonNullable<RequestFilter[Name]>,
    filter: RequestFilter,
  ) => Condition;
} = {
  from: (at, filter) => sql`${timeColumn(filter)} >= ${at}`,
  to: (at, filter) => sql`${timeColumn(filter)} < ${at}`,
  userId: (id) => sql`user_id = ${id}`,
  apiKeyId: (id) => sql`api_key_id = ${id}`,
  teamId: (id) => sql`team_id = ${id}`,
  organisationId: (id) => sql`organisation_id = ${id}`,
  modelId: (id) => sql`model_id = ${id}`,
  providerId: (id) => sql`provider_id = ${id}`,
  model: (name) => sql`model = ${name}`,
  requestedModel: (name) => sql`requested_model = ${name}`,
  dialect: (name) => sql`dialect = ${name}`,
  operation: (name) => sql`operation = ${name}`,
  sessionId: (id) => sql`session_id = ${id}`,
  errorCode: (code) => sql`error_code = ${code}`,
  // The words of the index of those that failed: without them no engine sees that it would do.
  status: (status) =>
    status === "failed" || status === "ok" ? ofOk(status) : sql`status = ${status} and ${hasFailed}`,
  // Of nearly all requests it is 200, and those are in no index.
  httpStatus: (status) =>
    status === 200 ? sql`http_status = 200` : sql`http_status = ${status} and http_status <> 200`,
  streamed: (isStreamed) => sql`streamed = ${isStreamed ? 1 : 0}`,
  minCostNanos: (nanos) => sql`cost >= ${nanos} and ${nanos >= fewFrom.costNanos ? extremes.cost.most : sql`1 = 1`}`,
  minLatencyMs: (ms) => sql`latency_ms >= ${ms} and ${ms >= fewFrom.latencyMs ? extremes.latency.most : sql`1 = 1`}`,
  idBegins: (beginning) => sql`id between ${filledUp(beginning, "0")} and ${filledUp(beginning, "f")}`,
};

const hasFailed = sql`status <> 'ok'`;

function ofOk(status: "ok" | "failed"): Condition {
  return status === "ok" ? sql`status = 'ok'` : sql`${hasFailed}`;
}

function isListed(filter: RequestFilter, reach: Reach): Condition {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const parts = given.map(([name, value]) => conditionOf(name, value, filter));
  return sql<boolean>`${sql.join([isWithin(reach, owners), ...parts], sql` and `)}`;
}

/** The table pairs each name with its own type of value, which is lost where it is walked by name. */
function conditionOf(name: string, value: unknown, filter: RequestFilter): Condition {
  const byName: Readonly<Record<string, unknown>> = conditions;
  return (byName[name] as (value: unknown, filter: RequestFilter) => Condition)(value, filter);
}

const shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/** A whole id with this beginning: of one length and with dashes in the same places, whole ids sort alike in every collation. */
function filledUp(beginning: string, digit: string): string {
  return beginning + shape.slice(beginning.length).replaceAll("x", digit);
}
