// Saved objects for Kibana and OpenSearch Dashboards, a line each, in the form of their common ancestor (7.10), which both bring up to date
// when they import them. Called by gen-docs.ts.

import { type LogPanel, logPanels, type LogSearch, logSearches, type Measure } from "./log-panels.ts";

interface Reference {
  readonly id: string;
  readonly name: string;
  readonly type: "index-pattern" | "search" | "visualization";
}

interface SavedObject {
  readonly id: string;
  readonly type: Reference["type"] | "dashboard";
  readonly attributes: object;
  readonly migrationVersion: Readonly<Record<string, string>>;
  readonly references: readonly Reference[];
}

const pattern = "ghostllm-logs";
const sourceName = "kibanaSavedObjectMeta.searchSourceJSON.index";
const width = 48;
const [panelWidth, panelHeight, searchHeight] = [24, 12, 16];
const mostGroups = 10;

export function savedObjectsFile(): string {
  const objects = [dataView(), ...logPanels.map(visualization), ...logSearches.map(search), dashboard()];
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

const panelId = (id: string): string => `ghostllm-panel-${id}`;
const searchId = (id: string): string => `ghostllm-search-${id}`;

function dataView(): SavedObject {
  return {
    ...{ id: pattern, type: "index-pattern", migrationVersion: { "index-pattern": "7.6.0" }, references: [] },
    attributes: { title: "logs-ghostllm-*", timeFieldName: "@timestamp" },
  };
}

function sourceOf(query: string, more: object = {}) {
  const searchSource = { query: { query, language: "kuery" }, filter: [], ...more };
  return { searchSourceJSON: JSON.stringify(searchSource) };
}

/** What is asked of the lines. */
function asked(query: string) {
  return {
    kibanaSavedObjectMeta: sourceOf(query, { indexRefName: sourceName }),
    references: [{ id: pattern, name: sourceName, type: "index-pattern" }] as const,
  };
}

function search({ id, title, query, columns }: LogSearch): SavedObject {
  const { references, ...source } = asked(query);
  return {
    ...{ id: searchId(id), type: "search", migrationVersion: { search: "7.9.3" }, references },
    attributes: {
      ...{ title: `GhostLLM: ${title}`, description: "", hits: 0, columns, sort: [["@timestamp", "desc"]] },
      ...{ version: 1, ...source },
    },
  };
}

function visualization(panel: LogPanel): SavedObject {
  const { references, ...source } = asked(panel.query);
  const title = `GhostLLM: ${panel.title}`;
  const overTime = panel.kind === "table" ? [] : [byTime];
  const aggs = [measured(panel.measure), ...overTime, ...groups(panel)];
  const shape = panel.kind === "table" ? { type: "table", params: tableParams } : chart(panel.kind, panel.measure);
  return {
    ...{ id: panelId(panel.id), type: "visualization", migrationVersion: { visualization: "7.10.0" }, references },
    attributes: {
      ...{ title, description: "", uiStateJSON: "{}", version: 1 },
      ...{ visState: JSON.stringify({ title, aggs, ...shape }), ...source },
    },
  };
}

function measured(measure: Measure): object {
  const base = { id: "1", enabled: true, type: measure.type, schema: "metric" };
  if (measure.type === "count") return { ...base, params: {} };
  const { field, label } = measure;
  const percents = measure.type === "percentiles" ? { percents: measure.percents } : {};
  return { ...base, params: { field, customLabel: label, ...percents } };
}

const byTime = {
  ...{ id: "2", enabled: true, type: "date_histogram", schema: "segment" },
  params: { field: "@timestamp", useNormalizedEsInterval: true, interval: "auto", min_doc_count: 1 },
};

function groups({ by, kind, measure }: LogPanel): readonly object[] {
  if (by === null) return [];
  const orderBy = measure.type === "percentiles" ? "_key" : "1";
  const params = { field: by, orderBy, order: "desc", size: mostGroups, otherBucket: true, missingBucket: true };
  return [{ id: "3", enabled: true, type: "terms", schema: kind === "table" ? "bucket" : "group", params }];
}

const tableParams = {
  ...{ perPage: mostGroups, showPartialRows: false, showMetricsAtAllLevels: false, showTotal: false },
  ...{ totalFunc: "sum", percentageCol: "" },
};

function chart(kind: "bars" | "lines", measure: Measure): object {
  const type = kind === "bars" ? "histogram" : "line";
  const label = measure.type === "count" ? "requests" : measure.label;
  const axis = { show: true, style: {}, scale: { type: "linear" } };
  const params = {
    ...{ type, addTooltip: true, addLegend: true, legendPosition: "right", times: [], addTimeMarker: false },
    grid: { categoryLines: false },
    categoryAxes: [
      {
        ...{ ...axis, id: "CategoryAxis-1", type: "category", position: "bottom" },
        ...{ labels: { show: true, filter: true, truncate: 100 }, title: {} },
      },
    ],
    valueAxes: [
      {
        ...{ ...axis, id: "ValueAxis-1", name: "LeftAxis-1", type: "value", position: "left" },
        ...{ scale: { type: "linear", mode: "normal" }, title: { text: label } },
        labels: { show: true, rotate: 0, filter: false, truncate: 100 },
      },
    ],
    seriesParams: [
      {
        ...{ show: true, type, mode: type === "line" ? "normal" : "stacked", data: { label, id: "1" } },
        ...{ valueAxis: "ValueAxis-1", drawLinesBetweenPoints: true, lineWidth: 2, showCircles: true },
      },
    ],
    ...{ labels: {}, thresholdLine: { show: false, value: 10, width: 1, style: "full", color: "#E7664C" } },
  };
  return { type, params };
}

function dashboard(): SavedObject {
  const rows = Math.ceil((logPanels.length * panelWidth) / width);
  const panels = logPanels.map(({ id }, index) => ({
    ...{ id: panelId(id), type: "visualization" as const, x: (index * panelWidth) % width, w: panelWidth },
    ...{ y: Math.floor((index * panelWidth) / width) * panelHeight, h: panelHeight },
  }));
  const searches = logSearches.map(({ id }, index) => ({
    ...{ id: searchId(id), type: "search" as const, x: 0, w: width },
    ...{ y: rows * panelHeight + index * searchHeight, h: searchHeight },
  }));
  const all = [...panels, ...searches];
  const placed = all.map(({ x, y, w, h }, index) => ({
    ...{ version: "7.10.0", gridData: { x, y, w, h, i: String(index) }, panelIndex: String(index) },
    ...{ embeddableConfig: {}, panelRefName: `panel_${index}` },
  }));
  return {
    ...{ id: "ghostllm-requests", type: "dashboard", migrationVersion: { dashboard: "7.9.3" } },
    references: all.map(({ id, type }, index) => ({ id, name: `panel_${index}`, type })),
    attributes: {
      ...{ title: "GhostLLM: requests", description: "What lines of requests tell.", hits: 0, version: 1 },
      ...{ timeRestore: true, timeFrom: "now-6h", timeTo: "now" },
      ...{
        optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
        panelsJSON: JSON.stringify(placed),
      },
      kibanaSavedObjectMeta: sourceOf(""),
    },
  };
}
