// A dashboard of Grafana, from a short description of its rows. Called by gen-docs.ts and by the suite that asks all its queries.

export interface Query {
  /** `$at` stands for the job and the instance that are looked at. */
  readonly expr: string;
  /** `{{provider}}`, as Grafana has it. */
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  /** `graph`: over time; `number`: as it is now; `bars`: the same of many. */
  readonly kind: "graph" | "number" | "bars";
  /** As Grafana calls it: `reqps`, `s`, `percentunit`, `bytes`, `currencyUSD`, `short`. */
  readonly unit: string;
  readonly about?: string;
  readonly queries: readonly Query[];
}

export interface Dashboard {
  /** Also the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const width = 24;
const heights = { graph: 8, number: 4, bars: 8 } as const;
const types = { graph: "timeseries", number: "stat", bars: "bargauge" } as const;
const source = { type: "prometheus", uid: "${datasource}" };
const looked = 'job=~"$job", instance=~"$instance"';

export const exprOf = ({ expr }: Query): string => expr.replaceAll("$at", looked);

export function panelsOf({ rows }: Dashboard): readonly Panel[] {
  return rows.flatMap(({ panels }) => panels);
}

export function dashboardFile(dashboard: Dashboard): string {
  const { uid, title } = dashboard;
  const json = {
    uid,
    title,
    tags: ["ghostllm"],
    timezone: "browser",
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: { list: variables() },
    links: [
      {
        type: "dashboards",
        title: "GhostLLM",
        tags: ["ghostllm"],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    panels: layOut(dashboard),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function variables() {
  const asked = (name: string, query: string) => ({
    ...{
      name,
      label: name,
      type: "query",
      datasource: source,
      refresh: 2,
      includeAll: true,
      multi: true,
      allValue: ".+",
    },
    ...{ query: { query, refId: name }, current: { text: "All", value: "$__all" } },
  });
  return [
    { name: "datasource", label: "source", type: "datasource", query: "prometheus" },
    asked("job", "label_values(ghostllm_build_info, job)"),
    asked("instance", 'label_values(ghostllm_build_info{job=~"$job"}, instance)'),
  ];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Row by row; panels of a row share its width, four at most beside each other, or two that are graphs. */
function layOut({ rows }: Dashboard) {
  const laid: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    laid.push({
      id: laid.length + 1,
      type: "row",
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: width, h: 1 },
    });
    y += 1;
    const places = placesOf(panels, y);
    for (const [index, panel] of panels.entries()) laid.push(panelJson(panel, laid.length + 1, places[index]));
    y = Math.max(y, ...places.map((place) => place.y + place.h));
  }
  return laid;
}

function placesOf(panels: readonly Panel[], top: number): readonly Place[] {
  let [x, y, high] = [0, top, 0];
  return panels.map(({ kind }) => {
    const w = kind === "number" ? width / 6 : width / 2;
    if (x + w > width) [x, y, high] = [0, y + high, 0];
    const place = { x, y, w, h: heights[kind] };
    x += w;
    high = Math.max(high, place.h);
    return place;
  });
}

function panelJson(panel: Panel, id: number, gridPos: Place | undefined) {
  const { title, kind, unit, about, queries } = panel;
  return {
    ...{ id, type: types[kind], title, gridPos, datasource: source },
    ...(about !== undefined && { description: about }),
    targets: queries.map((query, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: source,
      expr: exprOf(query),
      legendFormat: query.legend ?? "__auto",
      ...(kind === "graph" ? { range: true } : { instant: true }),
    })),
    fieldConfig: {
      defaults: { unit, ...(kind === "graph" && { custom: { fillOpacity: 10, showPoints: "never" } }) },
      overrides: [],
    },
    options:
      kind === "graph"
        ? { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } }
        : { reduceOptions: { calcs: ["lastNotNull"] } },
  };
}
