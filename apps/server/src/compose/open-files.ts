import { readFile } from "node:fs/promises";
import type { Capacity } from "#config/config.ts";

/** How many files and connections this process may have open; null where the system does not tell. */
export async function openFilesLimit(): Promise<number | null> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? null : Number(soft);
}

/** No address may have all of what there is. */
const shareOfAddress = 3 / 4;

/** A request needs a second connection to its vendor, and without descriptors no file can be read: half is kept for that. */
export function capacityWithin(capacity: Capacity, openFiles: number | null): Capacity {
  if (openFiles === null) return capacity;
  const most = Math.max(2, Math.floor(openFiles / 2));
  if (most >= capacity.connections) return capacity;
  const connectionsPerAddress = Math.min(capacity.connectionsPerAddress, Math.floor(most * shareOfAddress));
  return { ...capacity, connections: most, connectionsPerAddress };
}
