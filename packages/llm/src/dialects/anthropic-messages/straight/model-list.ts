import type { ClientModels, ListedModel } from "#dialects/fields/client-models.ts";
import { pageSizeOf } from "#dialects/fields/page-size.ts";

function describe({ name, displayName, createdAt }: ListedModel) {
  return { type: "model", id: name, display_name: displayName ?? name, created_at: new Date(createdAt).toISOString() };
}

/** All are on the first page, but for clients that ask for less. https://docs.anthropic.com/en/api/models-list */
export const models: ClientModels = {
  places: [{ listPath: "/v1/models", modelPath: "/v1/models/{model}", headers: ["anthropic-version"] }],
  encodeList(list, query) {
    const { page, hasMore } = readPage(list, new URLSearchParams(query));
    const data = page.map(describe);
    const edges = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return JSON.stringify({ data, has_more: hasMore, ...edges });
  },
  encodeModel: (model) => JSON.stringify(describe(model)),
};

/** What follows one model, or goes before another; a name that is not in the list has nothing at its side. */
function readPage(list: readonly ListedModel[], query: URLSearchParams) {
  const limit = pageSizeOf(query.get("limit"), list.length);
  const [after, before] = [query.get("after_id"), query.get("before_id")];
  const place = (id: string): number => list.findIndex(({ name }) => name === id);
  if (before !== null) {
    const end = Math.max(0, place(before));
    return { page: list.slice(Math.max(0, end - limit), end), hasMore: end > limit };
  }
  const start = after === null ? 0 : place(after) + 1 || list.length;
  return { page: list.slice(start, start + limit), hasMore: start + limit < list.length };
}
