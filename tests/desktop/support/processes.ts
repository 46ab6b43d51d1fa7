// What processes take, as Linux counts it.

import { readdirSync, readFileSync } from "node:fs";

const ticksPerSecond = 100;
const bytesPerPage = 4096;

interface Taken {
  readonly count: number;
  /** Pages that several share are counted in each. */
  readonly rssBytes: number;
  readonly cpuSeconds: number;
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

function read(id: string): Process | null {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const [parent, user, system, pages] = [1, 11, 12, 21].map((place) => Number(fields[place]));
    const cpuSeconds = ((user ?? 0) + (system ?? 0)) / ticksPerSecond;
    return { id: Number(id), parent: parent ?? 0, name, cpuSeconds, rssBytes: (pages ?? 0) * bytesPerPage };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

export function cpuSecondsOf(id: number): number {
  return read(String(id))?.cpuSeconds ?? 0;
}

/** Of all that a process has started, and those have, whose name is such. */
export function processesBelow(root: number, named: RegExp): Taken {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(read)
    .filter((one) => one !== null);
  const below = new Set([root]);
  // Parents may come behind their children.
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const { id, parent } of all) if (below.has(parent)) below.add(id);
  }
  const counted = all.filter(({ id, name }) => below.has(id) && named.test(name));
  return {
    count: counted.length,
    rssBytes: counted.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    cpuSeconds: counted.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}
