// One process per directory. Each claimant leaves a file named after itself and then looks for others, so that two
// that start together see each other: at worst both step back and try again, never do both go on.

import { readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface DirectoryLock {
  release(): Promise<void>;
}

/** A process is known by its number and by when it started: numbers are used again. */
interface Claimant {
  readonly pid: number;
  readonly startedAt: string;
  readonly boot: string;
}

const attempts = 5;
const prefix = "lock.";

/** Rejects with a sentence when another process that is alive holds the directory. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const self = await describeSelf();
  const path = join(directory, nameOf(self));
  for (let attempt = 1; ; attempt += 1) {
    await claim(path, directory);
    const rival = await findRival(directory, self);
    if (rival === null) return { release: () => removeIfThere(path) };
    await removeIfThere(path);
    if (attempt === attempts)
      throw new Error(`Another ghostllm (pid ${rival.pid}) uses this data directory: ${directory}`);
    await sleep(10 + Math.random() * 50);
  }
}

async function claim(path: string, directory: string): Promise<void> {
  try {
    await writeFile(path, "", { flag: "wx" });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    throw new Error(`This process uses the data directory already: ${directory}`, { cause: error });
  }
}

/** The claimant that is alive, if there is one. What dead ones left behind is cleared away. */
async function findRival(directory: string, self: Claimant): Promise<Claimant | null> {
  const own = nameOf(self);
  for (const name of await readdir(directory)) {
    const claimant = name === own ? null : parseName(name);
    if (claimant === null) continue;
    if (await isAlive(claimant, self)) return claimant;
    await removeIfThere(join(directory, name));
  }
  return null;
}

async function isAlive(claimant: Claimant, self: Claimant): Promise<boolean> {
  if (claimant.boot !== self.boot) return false;
  try {
    process.kill(claimant.pid, 0);
  } catch (error) {
    // EPERM: it is there, and is another user's.
    if (!hasCode(error, "EPERM")) return false;
  }
  return (await startOf(claimant.pid)) === claimant.startedAt;
}

async function describeSelf(): Promise<Claimant> {
  const bootId = await readText("/proc/sys/kernel/random/boot_id");
  return { pid: process.pid, startedAt: await startOf(process.pid), boot: (bootId ?? "none").slice(0, 8) };
}

/** Clock ticks from boot to the start of the process; `none` where there is no /proc, `dead` when it has ended. */
async function startOf(pid: number): Promise<string> {
  const text = await readText(`/proc/${pid}/stat`);
  if (text === null) return process.platform === "linux" ? "dead" : "none";
  // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  // A zombie has ended; only its parent has not asked how.
  return state === "Z" || state === "X" ? "dead" : (fields[19] ?? "dead");
}

function nameOf({ pid, startedAt, boot }: Claimant): string {
  return `${prefix}${pid}.${startedAt}.${boot}`;
}

function parseName(name: string): Claimant | null {
  const match = /^lock\.(\d+)\.(\w+)\.(\w+)$/.exec(name);
  const [, pid = "", startedAt = "", boot = ""] = match ?? [];
  return match === null ? null : { pid: Number(pid), startedAt, boot };
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, "latin1").catch(() => null);
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!hasCode(error, "ENOENT")) throw error;
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
