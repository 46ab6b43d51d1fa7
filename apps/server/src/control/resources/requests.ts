import { parseUsd } from "@ghostllm/contract";
import { mostCounted } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Names, Store } from "#control/store/store.ts";
import type { RequestFilter } from "#control/store/usage-store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { chargedScopes, chargeOf } from "#domain/usage-record.ts";
import { explainCost } from "./cost-arithmetic.ts";
import { found, toUsdOrNull } from "./fields.ts";
import { refusedWithin } from "./refused-requests.ts";
import { readPage } from "./pagination.ts";
import { toRequestRow } from "./request-row.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { toApiRecord } from "./usage-record.ts";

type ListQuery = Parameters<Resource<"requests">["list"]>[0]["query"];
type Charge = RouteAnswer<AdminRoutes["requests"]["get"]>["charges"][number];

export function createRequestsResource({
  store,
  snapshot,
  refusals,
}: Pick<ResourceDependencies, "store" | "snapshot" | "refusals">): Resource<"requests"> {
  return {
    refused: async ({ reach }) => ({ data: await refusedWithin(store, refusals.latest(), reach) }),

    async list({ query, reach }) {
      const filter = toFilter(query);
      const order = { by: query.order_by, isAscending: query.order === "asc" };
      const page = await readPage(
        query,
        (next) => store.usage.list(filter, next, reach, order),
        (record) => record,
      );
      const names = await namesOf(store, page.data);
      const countAll = () => store.usage.count(filter, mostCounted + 1, reach);
      return {
        data: page.data.map((record) => toRequestRow(record, names)),
        next: page.next,
        count: query.after === undefined ? await countFrom(page, countAll) : null,
      };
    },

    async get({ params: { id }, reach }) {
      const record = found(await store.usage.find(id, reach), "request", id);
      const names = await namesOf(store, [record]);
      return {
        record: toApiRecord(record),
        row: toRequestRow(record, names),
        price: explainCost(record, snapshot()),
        charges: chargesOf(record, names),
      };
    },
  };
}

interface FirstPage {
  readonly data: readonly unknown[];
  readonly next: string | null;
}

/** A page that is all there is has been counted. */
async function countFrom({ data, next }: FirstPage, countAll: () => Promise<number>) {
  const counted = next === null ? data.length : await countAll();
  return { value: Math.min(counted, mostCounted), is_exact: counted <= mostCounted };
}

export function namesOf(store: Pick<Store, "names">, records: readonly UsageRecord[]): Promise<Names> {
  const users = [...new Set(records.map(({ userId }) => userId))];
  const keys = [...new Set(records.map(({ apiKeyId }) => apiKeyId))];
  return store.names.find({ users, keys });
}

function chargesOf(record: UsageRecord, { users, keys }: Names): Charge[] {
  const charged = toUsdOrNull(chargeOf(record)) ?? "0";
  return chargedScopes(record).map(({ kind, id }) => {
    const name = kind === "user" ? users.get(id) : keys.get(id)?.name;
    return { kind, id, name: name ?? null, charged_usd: charged };
  });
}

function toFilter(query: ListQuery): RequestFilter {
  const { from, to, min_cost_usd: minCost } = query;
  return {
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
    ...(minCost !== undefined && { minCostNanos: parseUsd(minCost) }),
    ...given("userId", query.user_id),
    ...given("apiKeyId", query.api_key_id),
    ...given("providerId", query.provider_id),
    ...given("model", query.model),
    ...given("requestedModel", query.requested_model),
    ...given("status", query.status),
    ...given("httpStatus", query.http_status),
    ...given("errorCode", query.error_code),
    ...given("dialect", query.dialect),
    ...given("operation", query.operation),
    ...given("streamed", query.streamed),
    ...given("minLatencyMs", query.min_latency_ms),
    ...given("idBegins", query.id),
  };
}

function given<Name extends keyof RequestFilter>(name: Name, value: RequestFilter[Name]): Pick<RequestFilter, Name> {
  return (value === undefined ? {} : { [name]: value }) as Pick<RequestFilter, Name>;
}
