import { describe, expect, it } from "vitest";
import type { RequestPage, RequestRow } from "#api/queries.ts";
import { rowsOf, withNewest } from "./request-list.ts";
import type { RequestPages } from "./request-list.ts";

const startedAt = Date.parse("2026-11-28T12:00:00Z");

/** Named by the second in which it arrived. */
function row(second: number): RequestRow {
  const id = String(second).padStart(6, "0");
  return { id, created_at: new Date(startedAt + second * 1000).toISOString() } as RequestRow;
}

function pagesOf(seconds: readonly number[], next: string | null, count: RequestPage["count"] = null): RequestPages {
  return { pages: [{ data: seconds.map(row), next, count, kept_since: null }], pageParams: [undefined] };
}

const seconds = (pages: RequestPages) => rowsOf(pages).map(({ id }) => Number(id));

describe("what is put before a list", () => {
  it("stands where it arrived, once, and is counted", () => {
    const before = pagesOf([9, 7, 5], "000005", { value: 40, is_exact: true });
    const after = withNewest(before, [row(10), row(8), row(7)]);
    expect(seconds(after)).toEqual([10, 9, 8, 7, 5]);
    expect(after.pages[0]).toMatchObject({ next: "000005", count: { value: 42, is_exact: true } });
  });

  it("is not there yet where it belongs behind what has been read, as long as there is more to read", () => {
    expect(seconds(withNewest(pagesOf([9, 7], "000007"), [row(3)]))).toEqual([9, 7]);
    expect(seconds(withNewest(pagesOf([9, 7], null), [row(3)]))).toEqual([9, 7, 3]);
  });

  it("leaves a count of over so many as it is", () => {
    const many = { value: 10_000, is_exact: false };
    expect(withNewest(pagesOf([5], "000005", many), [row(6)]).pages[0]?.count).toEqual(many);
  });

  it("keeps five hundred, and what follows them can be read", () => {
    const told = Array.from({ length: 600 }, (_, at) => row(1_000 - at));
    const after = withNewest(pagesOf([5], null), told);
    expect(rowsOf(after)).toHaveLength(500);
    expect(after.pages.at(-1)?.next).toBe("000501");
  });

  it("comes into an empty list", () => {
    expect(seconds(withNewest(pagesOf([], null), [row(2), row(1)]))).toEqual([2, 1]);
  });
});
