// What is shipped for those who search in logs: the fields of the index are those of lines, and every saved object asks for them by their
// types and leads to what is there.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { RequestLines } from "../../apps/server/src/telemetry/lines/request-lines.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import template from "../../deploy/logs/index-template.json" with { type: "json" };

const folder = resolve(import.meta.dirname, "../../deploy/logs");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const types = new Map(Object.entries(template.template.mappings.properties).map(([name, { type }]) => [name, type]));

interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly id: string; readonly name: string; readonly type: string }[];
}

const objects = read("saved-objects.ndjson")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as SavedObject);
const of = (type: string): readonly SavedObject[] => objects.filter((object) => object.type === type);

interface SearchSource {
  readonly query: { readonly query: string; readonly language: string };
  readonly indexRefName?: string;
}

function sourceOf({ attributes }: SavedObject): SearchSource {
  const { searchSourceJSON } = attributes["kibanaSavedObjectMeta"] as { readonly searchSourceJSON: string };
  return JSON.parse(searchSourceJSON) as SearchSource;
}

interface Aggregation {
  readonly id: string;
  readonly type: string;
  readonly params: { readonly field?: string; readonly orderBy?: string };
}

function aggregationsOf({ attributes }: SavedObject): readonly Aggregation[] {
  return (JSON.parse(String(attributes["visState"])) as { readonly aggs: readonly Aggregation[] }).aggs;
}

/** Which types an aggregation can do something with. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  date_histogram: ["date"],
  terms: ["keyword"],
  sum: ["long", "double"],
  percentiles: ["long", "double"],
};

describe("the template of the index", () => {
  it("has the fields of a line, and no others", () => {
    const lines: string[] = [];
    const write = (some: readonly string[]): void => void lines.push(...some);
    // The second of two that went well in a second has no line: the next one says so.
    const teller = new RequestLines({ perSecond: 1, worker: 1, now: () => 5_000, write, lost: () => {} });
    for (const status of ["ok", "ok", "error"] as const) teller.requestFinished(createRecord({ status }));
    teller.errorAnswered({ requestId: "r", traceId: "t", keyId: null, code: "model_not_found", status: 404 });
    teller.flush();
    const told = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line) as object)));
    told.delete("time");
    // Who sends them on says when, and from which machine; `fault` is in the server's own log.
    const others = ["@timestamp", "host", "fault"];
    expect([...types.keys()].filter((name) => !others.includes(name)).toSorted()).toEqual([...told].toSorted());
  });

  it("is asked for by all who write into it", () => {
    const [pattern = ""] = template.index_patterns;
    expect(of("index-pattern").map(({ attributes }) => attributes["title"])).toEqual([pattern]);
    expect(read("fluent-bit.yaml")).toContain(`index: ${pattern.replace("*", "default")}`);
    expect(read("vector.yaml")).toContain("{ type: logs, dataset: ghostllm, namespace: default");
    for (const name of ["fluent-bit.yaml", "vector.yaml"]) expect(read(name)).toMatch(/@timestamp/);
  });
});

describe("saved objects", () => {
  it("are each there once, and lead to one another", () => {
    const known = new Set(objects.map(({ type, id }) => `${type} ${id}`));
    expect(known.size).toBe(objects.length);
    for (const { id, references } of objects)
      for (const { type, id: to } of references) expect(known, `${id} leads to it`).toContain(`${type} ${to}`);
    expect(["index-pattern", "visualization", "search", "dashboard"].map((type) => of(type).length)).toEqual([
      1, 8, 2, 1,
    ]);
  });

  it.each([...of("visualization"), ...of("search")].map((object) => [object.id, object] as const))(
    "%s asks by fields that there are",
    (_, object) => {
      const { query, indexRefName } = sourceOf(object);
      expect(object.references.map(({ name }) => name)).toEqual([indexRefName]);
      expect(query.language).toBe("kuery");
      const asked = [...query.query.matchAll(/([a-z_]+) (?::|>=)/g)].map(([, name = ""]) => name);
      expect(asked.length).toBeGreaterThan(0);
      const columns = object.type === "search" ? (object.attributes["columns"] as readonly string[]) : [];
      for (const name of [...asked, ...columns]) expect([...types.keys()]).toContain(name);
    },
  );

  it.each(of("visualization").map((object) => [object.id, object] as const))(
    "%s measures what can be measured",
    (_, object) => {
      const aggregations = aggregationsOf(object);
      for (const { type, params } of aggregations.filter((one) => one.type !== "count"))
        expect(fitting[type]).toContain(types.get(params.field ?? ""));
      const ids = aggregations.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { params } of aggregations)
        if (params.orderBy !== undefined) expect([...ids, "_key"]).toContain(params.orderBy);
    },
  );

  it("stand on the dashboard beside each other", () => {
    const [dashboard] = of("dashboard");
    if (dashboard === undefined) throw new Error("there is no dashboard");
    const panels = JSON.parse(String(dashboard.attributes["panelsJSON"])) as readonly {
      readonly gridData: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
      readonly panelRefName: string;
    }[];
    expect(panels.map(({ panelRefName }) => panelRefName)).toEqual(dashboard.references.map(({ name }) => name));
    const shown = dashboard.references.map(({ id }) => id);
    expect(shown).toEqual([...of("visualization"), ...of("search")].map(({ id }) => id));
    const taken = new Set<string>();
    for (const { gridData } of panels) {
      expect(gridData.x + gridData.w).toBeLessThanOrEqual(48);
      for (let x = gridData.x; x < gridData.x + gridData.w; x += 1) {
        for (let y = gridData.y; y < gridData.y + gridData.h; y += 1) {
          expect(taken.has(`${x} ${y}`)).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});
