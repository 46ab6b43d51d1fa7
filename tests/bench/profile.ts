// Where the time of a server went that was run with `--profile`: each sample of its threads belongs to the stage whose file is the
// innermost on the stack, and what Node does by itself to Node.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[];
}

/** By a part of the file's path; the first that fits. */
const stages: readonly (readonly [string, RegExp])[] = [
  ["identify the caller", /gateway\/http\/identify/],
  ["read the body", /gateway\/http\/(read-body|gathered-body|paced-upload)/],
  ["parse, fit and read in the dialect", /packages\/llm\//],
  ["admit", /flow\/(admit|reserve|run|may-admit)|link\/memory\/(counters|window)/],
  ["vendor's connection: write, parse", /gateway\/upstream\//],
  ["resolve, plan, attempt", /flow\/(ask|plan|resolve|execute)|endpoints\//],
  ["write the answer", /gateway\/http\/http-outlet|flow\/answer\//],
  ["settle and record", /flow\/|domain\/|packages\/contract/],
  ["journal", /link\/journal/],
  ["metrics", /telemetry\/|prom-client/],
  ["server: connections and routing", /gateway\//],
  ["store and ledger", /control\/|kysely|better-sqlite3/],
  ["Node's HTTP server", /node:_http/],
];

const nodeItself = "Node: streams, timers, promises";
const own: Readonly<Record<string, string>> = {
  "(garbage collector)": "garbage collection",
  "(program)": "native code of no function",
};

/** The share of what was measured that is warm. */
const warmFrom = 0.4;

export function renderProfiles(folder: string): string {
  const threads = readdirSync(folder)
    .filter((name) => name.endsWith(".cpuprofile"))
    .map((name): Profile => JSON.parse(readFileSync(join(folder, name), "utf8")))
    .map(stageTimes);
  const total = threads.reduce((sum, { busyMicros }) => sum + busyMicros, 0);
  const rows = threads
    .toSorted((one, other) => other.busyMicros - one.busyMicros)
    .flatMap(({ times }, thread) =>
      [...times]
        .filter(([, micros]) => micros / total >= 0.005)
        .toSorted(([, one], [, other]) => other - one)
        .map(
          ([stage, micros]) =>
            `| ${thread === 0 ? "main" : `other ${thread}`} | ${stage} | ${((100 * micros) / total).toFixed(1)} % |`,
        ),
    );
  return ["| thread | where | share of the time |", "| --- | --- | --- |", ...rows].join("\n");
}

function stageTimes({ nodes, samples, timeDeltas }: Profile) {
  const stageOf = stageFinder(nodes);
  const busy = samples.flatMap((node, at) => (stageOf(node) === null ? [] : [{ node, micros: timeDeltas[at] ?? 0 }]));
  const warm = busy.slice(Math.floor(busy.length * warmFrom));
  const times = new Map<string, number>();
  for (const { node, micros } of warm) {
    const stage = stageOf(node) ?? nodeItself;
    times.set(stage, (times.get(stage) ?? 0) + micros);
  }
  return { times, busyMicros: warm.reduce((sum, { micros }) => sum + micros, 0) };
}

/** Null for idle time. */
function stageFinder(nodes: readonly ProfileNode[]): (id: number) => string | null {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const known = new Map<number, string | null>();
  const find = (id: number): string | null => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = byId.get(at)?.callFrame;
      if (frame?.functionName === "(idle)") return null;
      const stage = frame === undefined ? undefined : stageOfFrame(frame);
      if (stage !== undefined) return stage;
    }
    return nodeItself;
  };
  return (id) => {
    const stage = known.has(id) ? (known.get(id) ?? null) : find(id);
    known.set(id, stage);
    return stage;
  };
}

function stageOfFrame({ functionName, url }: Frame): string | undefined {
  return own[functionName] ?? stages.find(([, path]) => path.test(url))?.[0];
}
