// Lists: a page of what matches a filter (RFC 7644, 3.4.2). What a filter names outright is looked up, all else is gone through.

import type { Stretch } from "#control/store/directory/directory-store.ts";
import type { Json } from "./attributes.ts";
import { matches } from "./evaluate.ts";
import { parseFilter, type Filter } from "./filter.ts";
import { mostResults } from "./schemas.ts";

export interface ListQuery {
  readonly filter?: string | undefined;
  /** Counted from 1. */
  readonly startIndex: number;
  readonly count: number;
}

/** What a list is of. */
export interface Listed<Row> {
  count(): Promise<number>;
  page(stretch: Stretch): Promise<readonly Row[]>;
  /** Those that alone can match; undefined where the filter names none. */
  named(filter: Filter): Promise<readonly Row[]> | undefined;
  write(rows: readonly Row[]): Promise<readonly Json[]>;
}

const pageSize = 500;

export async function list<Row>(query: ListQuery, listed: Listed<Row>): Promise<Json> {
  const [offset, limit] = [Math.max(0, query.startIndex - 1), Math.min(mostResults, Math.max(0, query.count))];
  if (query.filter === undefined || query.filter === "") {
    const rows = limit === 0 ? [] : await listed.page({ offset, limit });
    return answer(await listed.count(), offset, await listed.write(rows));
  }
  const found = await search(parseFilter(query.filter), listed);
  return answer(found.length, offset, found.slice(offset, offset + limit));
}

async function search<Row>(filter: Filter, listed: Listed<Row>): Promise<readonly Json[]> {
  const isFound = (one: Json): boolean => matches(one, filter);
  const named = await listed.named(filter);
  if (named !== undefined) return (await listed.write(named)).filter(isFound);
  const found: Json[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const rows = await listed.page({ offset, limit: pageSize });
    found.push(...(await listed.write(rows)).filter(isFound));
    if (rows.length === 0) return found;
  }
}

/** The value that all that matches has in this attribute; undefined where the filter does not say. */
export function namedValue(filter: Filter, attribute: string): string | undefined {
  if (filter.kind === "and") return namedValue(filter.left, attribute) ?? namedValue(filter.right, attribute);
  if (filter.kind !== "compare" || filter.by !== "eq" || typeof filter.value !== "string") return undefined;
  const path = filter.path.slice(filter.path.lastIndexOf(":") + 1);
  return path.toLowerCase() === attribute.toLowerCase() ? filter.value : undefined;
}

function answer(total: number, offset: number, resources: readonly Json[]): Json {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    ...{ totalResults: total, startIndex: offset + 1, itemsPerPage: resources.length, Resources: resources },
  };
}

/** Only the attributes that are asked for, or all but those that are not wanted (RFC 7644, 3.9). */
export function project(resource: Json, only: string | undefined, without: string | undefined): Json {
  const always = new Set(["schemas", "id"]);
  const namesOf = (text: string): ReadonlySet<string> =>
    new Set(
      text.split(",").map(
        (name) =>
          name
            .trim()
            .replace(/^urn:.*:/i, "")
            .split(".")[0]
            ?.toLowerCase() ?? "",
      ),
    );
  const wanted = only === undefined || only === "" ? null : namesOf(only);
  const unwanted = without === undefined ? new Set<string>() : namesOf(without);
  const stays = (name: string): boolean =>
    always.has(name) || ((wanted === null || wanted.has(name.toLowerCase())) && !unwanted.has(name.toLowerCase()));
  return Object.fromEntries(Object.entries(resource).filter(([name]) => stays(name)));
}
