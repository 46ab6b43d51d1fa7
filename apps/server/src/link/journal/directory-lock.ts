// One process per directory. Each claimant leaves a file named after itself and then looks for others, so that two
// that start together see each other: at worst both step back and try again, never do both go on.

import { readdir, readFile, readlink, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface DirectoryLock {
  /** Shows those who cannot see this process, from another container or host, that it is alive. */
  refresh(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  readonly directory: string;
  /** After this time without a refresh, a claimant whose process cannot be seen from here is taken for dead. */
  readonly staleAfterMs?: number;
}

/** A process is known by its number and by when it started: numbers are used again. */
interface Claimant {
  readonly pid: number;
  readonly startedAt: string;
  /** What the number means something within: this start of this machine, and this container. */
  readonly world: string;
}

interface Rival {
  readonly claimant: Claimant;
  /** It is known to be alive, and not only perhaps. */
  readonly isCertain: boolean;
}

const attempts = 5;

/** Rejects with a sentence when another process that is alive holds the directory. */
export async function lockDirectory({ directory, staleAfterMs = 5_000 }: LockOptions): Promise<DirectoryLock> {
  const self = await describeSelf();
  const path = join(directory, nameOf(self));
  const deadline = performance.now() + staleAfterMs + 1_000;
  for (let attempt = 1; ; attempt += 1) {
    await claim(path, directory);
    const rival = await findRival({ directory, self, staleAfterMs });
    if (rival === null) return { refresh: () => touch(path), release: () => removeIfThere(path) };
    await removeIfThere(path);
    const isOver = rival.isCertain ? attempt >= attempts : performance.now() > deadline;
    if (isOver) throw new Error(`Another ghostllm (pid ${rival.claimant.pid}) uses this data directory: ${directory}`);
    await sleep(10 + Math.random() * 50);
  }
}

async function claim(path: string, directory: string): Promise<void> {
  try {
    await writeFile(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    throw new Error(`This process uses the data directory already: ${directory}`, { cause: error });
  }
}

interface Search {
  readonly directory: string;
  readonly self: Claimant;
  readonly staleAfterMs: number;
}

/** A claimant that is or may be alive, if there is one. What dead ones left behind is cleared away. */
async function findRival({ directory, self, staleAfterMs }: Search): Promise<Rival | null> {
  const own = nameOf(self);
  for (const name of await readdir(directory)) {
    const claimant = name === own ? null : parseName(name);
    if (claimant === null) continue;
    const path = join(directory, name);
    const isCertain = claimant.world === self.world;
    const isAlive = isCertain ? await isRunning(claimant) : await isFresh(path, staleAfterMs);
    if (isAlive) return { claimant, isCertain };
    await removeIfThere(path);
  }
  return null;
}

async function isRunning({ pid, startedAt }: Claimant): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and is another user's.
    if (!hasCode(error, "EPERM")) return false;
  }
  return (await startOf(pid)) === startedAt;
}

async function isFresh(path: string, staleAfterMs: number): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  return file !== null && Math.abs(Date.now() - file.mtimeMs) < staleAfterMs;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

async function describeSelf(): Promise<Claimant> {
  const boot = (await readText("/proc/sys/kernel/random/boot_id")) ?? "none";
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "none");
  const world = `${boot.slice(0, 8)}-${namespace.replaceAll(/\D/g, "")}`;
  return { pid: process.pid, startedAt: await startOf(process.pid), world };
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

function nameOf({ pid, startedAt, world }: Claimant): string {
  return `lock.${pid}.${startedAt}.${world}`;
}

function parseName(name: string): Claimant | null {
  const match = /^lock\.(\d+)\.(\w+)\.([\w-]+)$/.exec(name);
  const [, pid = "", startedAt = "", world = ""] = match ?? [];
  return match === null ? null : { pid: Number(pid), startedAt, world };
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
