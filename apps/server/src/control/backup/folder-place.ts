import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Place } from "./place.ts";

const unfinished = ".unfinished-";

export function openFolder(path: string): Place {
  const root = resolve(path);
  const at = (name: string): string => join(root, ...name.split("/"));
  return {
    shown: root,
    write: (name, bytes) => writeWhole(at(name), bytes),
    read: (name) => readFile(at(name)).catch(nothingIfMissing),
    async list(folder) {
      const below = (await readdir(at(folder), { recursive: true, withFileTypes: true }).catch(nothingIfMissing)) ?? [];
      const files = below.filter((entry) => entry.isFile() && !entry.name.startsWith(unfinished));
      const found = files.map(async (entry) => {
        const file = join(entry.parentPath, entry.name);
        return { name: relative(root, file).split(sep).join("/"), bytes: (await stat(file)).size };
      });
      return (await Promise.all(found)).toSorted((one, other) => (one.name < other.name ? -1 : 1));
    },
    async remove(names) {
      for (const name of names) await rm(at(name), { force: true });
      // What is left of folders that are empty now.
      for (const folder of new Set(names.map((name) => dirname(at(name)))))
        if (folder !== root) await rmdir(folder).catch(() => undefined);
    },
  };
}

/** With the disk, under its own name, before it counts. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const beside = join(folder, `${unfinished}${randomBytes(6).toString("hex")}`);
  try {
    const file = await open(beside, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing as waiting for a directory.
  if (process.platform === "win32") return;
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

function nothingIfMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
