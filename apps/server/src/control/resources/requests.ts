import { GhostError, parseUsd, timeOfId } from "@ghostllm/contract";
import { mostCounted, requestRow } from "@ghostllm/contract/routes";
import type { Page } from "#control/store/page.ts";
import type { Store } from "#control/store/store.ts";
import type { RequestFilter } from "#control/store/usage-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { notFound, toTime, toTimeOrNull } from "./fields.ts";
import { refusedWithin } from "./refused-requests.ts";
import { readPage } from "./pagination.ts";
import { searchRequests, type Found } from "./request-search.ts";
import { csvOf, ndjsonOf, type Cell } from "./export-lines.ts";
import { readContent } from "./request-content.ts";
import { describeRequest, namesOf, withoutShared } from "./request-detail.ts";
import { toRequestRow, type RequestRow } from "./request-row.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { pageMs, streamed } from "./streamed.ts";

type FilterQuery = Parameters<Resource<"requests">["export"]>[0]["query"];

type ListQuery = Parameters<Resource<"requests">["list"]>[0]["query"];
type Dependencies = Pick<ResourceDependencies, "store" | "snapshot" | "refusals" | "log" | "contents" | "clock">;

export function createRequestsResource(deps: Dependencies): Resource<"requests"> {
  const { store, snapshot, refusals } = deps;
  return {
    refused: async ({ reach }) => ({ data: await refusedWithin(store, refusals.latest(), reach) }),

    async list({ query, reach }) {
      const filter = toFilter(query);
      const { records, next, isWhole } = await findRequests(deps, query, filter, reach);
      const names = await namesOf(store, records);
      const countAll = () => store.usage.count(filter, mostCounted + 1, reach);
      return {
        data: records.map((record) => toRequestRow(record, names)),
        next,
        count: query.after === undefined && isWhole ? await countFrom({ data: records, next }, countAll) : null,
        kept_since: toTimeOrNull(store.usage.keptSince()),
      };
    },

    export: async ({ query, reach }) =>
      streamed(deps, "requests", csvOf(columns, cellsOf(requestPages(store, toFilter(query), reach)))),
    exportNdjson: async ({ query, reach }) =>
      streamed(deps, "requests", ndjsonOf(requestPages(store, toFilter(query), reach))),

    async get({ params: { id }, reach }) {
      const record = await store.usage.find(id, reach);
      if (record === undefined) throw absent(id, store.usage.keptSince());
      const detail = await describeRequest({ store, snapshot }, record);
      return reach === "all" ? detail : withoutShared(detail);
    },

    async content({ params: { id }, reach }) {
      const record = await store.usage.find(id, reach);
      if (record === undefined) throw absent(id, store.usage.keptSince());
      return readContent(deps, record, reach);
    },
  };
}

async function findRequests(
  { store: { usage }, clock }: Pick<Dependencies, "store" | "clock">,
  query: ListQuery,
  filter: RequestFilter,
  reach: Reach,
): Promise<Found> {
  const { limit, after, order_by: by } = query;
  const isAscending = query.order === "asc";
  const page = { limit, ...(after !== undefined && { after }) };
  if (by === "time") return searchRequests({ usage, filter, page, reach, isAscending, now: clock.now() });
  const list = (next: Page) => usage.list(filter, next, reach, { by, isAscending });
  const { data, next } = await readPage(query, list, (record) => record);
  return { records: data, next, isWhole: true };
}

/** Its id tells how old it would be. */
function absent(id: string, keptSince: number | null): GhostError {
  const madeAt = timeOfId(id);
  if (keptSince === null || madeAt === null || madeAt >= keptSince) return notFound("request", id);
  return new GhostError("not_found", `Requests of before ${toTime(keptSince)} are not kept (retention.usage_days)`);
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

const pageSize = 500;

async function* requestPages(
  store: Pick<Store, "usage" | "names" | "within">,
  filter: RequestFilter,
  reach: Reach,
): AsyncGenerator<readonly RequestRow[]> {
  for (let after: string | undefined; ;) {
    const page = { limit: pageSize, ...(after !== undefined && { after }) };
    const [records, names] = await store.within(pageMs, async () => {
      const read = await store.usage.list(filter, page, reach);
      return [read, await namesOf(store, read)] as const;
    });
    if (records.length > 0) yield records.map((record) => toRequestRow(record, names));
    if (records.length < pageSize) return;
    after = records.at(-1)?.id;
  }
}

const columns = Object.keys(requestRow.shape);

async function* cellsOf(pages: AsyncIterable<readonly RequestRow[]>): AsyncGenerator<readonly (readonly Cell[])[]> {
  for await (const rows of pages) yield rows.map((row) => columns.map((column) => toCell(Reflect.get(row, column))));
}

function toCell(value: unknown): Cell {
  return typeof value === "string" || typeof value === "number" || value === null ? value : String(value);
}

function toFilter(query: FilterQuery): RequestFilter {
  const { from, to, min_cost_usd: minCost } = query;
  return {
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
    ...(minCost !== undefined && { minCostNanos: parseUsd(minCost) }),
    ...given("userId", query.user_id),
    ...given("apiKeyId", query.api_key_id),
    ...given("teamId", query.team_id),
    ...given("organisationId", query.organisation_id),
    ...given("providerId", query.provider_id),
    ...given("model", query.model),
    ...given("requestedModel", query.requested_model),
    ...given("status", query.status),
    ...given("httpStatus", query.http_status),
    ...given("errorCode", query.error_code),
    ...given("sessionId", query.session_id),
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
