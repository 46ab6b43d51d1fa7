import { describe, expect, it } from "vitest";
import { arrange, shownColumns, toCsv } from "./columns.ts";
import type { Column, View } from "./columns.ts";

interface Row {
  readonly name: string;
  readonly spent: number | null;
}

const columns: readonly Column<Row>[] = [
  { id: "name", header: "Name", cell: ({ name }) => name, value: ({ name }) => name },
  { id: "spent", header: "Spent", cell: ({ spent }) => spent, value: ({ spent }) => spent, isHidden: true },
];
const rows: readonly Row[] = [
  { name: "key 10", spent: 3 },
  { name: "Key 9", spent: null },
  { name: "=1+1", spent: 20 },
];
const view: View = { filter: "", sort: null, isDescending: false, page: 1, toggled: [] };
const names = (given: Partial<View>) => arrange(rows, columns, { ...view, ...given }).map(({ name }) => name);

describe("a table", () => {
  it("is in the order that it came in, until one is chosen", () => {
    expect(names({})).toEqual(["key 10", "Key 9", "=1+1"]);
    expect(names({ sort: "name" })).toEqual(["=1+1", "Key 9", "key 10"]);
    expect(names({ sort: "nothing" })).toEqual(["key 10", "Key 9", "=1+1"]);
  });

  it("has what is unknown last, either way", () => {
    expect(names({ sort: "spent" })).toEqual(["key 10", "=1+1", "Key 9"]);
    expect(names({ sort: "spent", isDescending: true })).toEqual(["=1+1", "key 10", "Key 9"]);
  });

  it("finds what has all the words, also in columns that are not shown", () => {
    expect(names({ filter: " KEY  1" })).toEqual(["key 10"]);
    expect(names({ filter: "20" })).toEqual(["=1+1"]);
  });

  it("shows the columns that were chosen", () => {
    const ids = (toggled: readonly string[]) => shownColumns(columns, { ...view, toggled }).map(({ id }) => id);
    expect([ids([]), ids(["spent"]), ids(["name", "spent"])]).toEqual([["name"], ["name", "spent"], ["spent"]]);
  });

  it("is written as CSV in which nothing is a formula", () => {
    const quoted = [...rows, { name: 'a "b", c', spent: -1 }];
    expect(toCsv(quoted, columns)).toBe('Name,Spent\r\nkey 10,3\r\nKey 9,\r\n\'=1+1,20\r\n"a ""b"", c",-1');
  });
});
