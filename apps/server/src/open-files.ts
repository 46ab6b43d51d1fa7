import { readFile } from "node:fs/promises";
import type { Capacity } from "#config/config.ts";

/** How many files and connections this process may have open; null where the system does not tell. */
export async function openFilesLimit(): Promise<number | null> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? null : Number(soft);
}

/** A request needs a second connection to its vendor, and without descriptors no file can be read: half is kept for that. */
export function capacityWithin(capacity: Capacity, openFiles: number | null): Capacity {
  if (openFiles === null) return capacity;
  return { ...capacity, connections: Math.min(capacity.connections, Math.max(1, Math.floor(openFiles / 2))) };
}
