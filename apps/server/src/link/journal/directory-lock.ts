// One process per directory. Each claimant leaves a file named after itself and then looks for others, so that two
// that start together see each other: at worst both step back and try again, never do both go on.
// A holder whose process cannot be seen from here, in another container or host, is taken for dead when its file was not
// touched for a while, by the clock of who waits. It may only have been paused: so it asks for its file before it goes on.

import { statSync, utimesSync } from "node:fs";
import { readdir, readFile, readlink, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface DirectoryLock {
  readonly path: string;
  /** Shows those who cannot see this process, from another container or host, that it is alive. */
  refresh(): Promise<void>;
  /** False once another process has taken the directory, which it does not before this has had time to be known. */
  isHeld(): boolean;
  release(): Promise<void>;
}

export interface LockOptions {
  readonly directory: string;
  /** After this time without a refresh, a claimant whose process cannot be seen from here is taken for dead. */
  readonly staleAfterMs?: number;
}

const usualStaleAfterMs = 5_000;

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
export async function lockDirectory({
  directory,
  staleAfterMs = usualStaleAfterMs,
}: LockOptions): Promise<DirectoryLock> {
  const self = await describeSelf();
  const path = join(directory, nameOf(self));
  const deadline = performance.now() + staleAfterMs + 1_000;
  const watched: Watched = new Map();
  for (let attempt = 1; ; attempt += 1) {
    await claim(path, directory);
    const rival = await findRival({ directory, self, staleAfterMs, watched });
    if (rival === null) return new HeldLock(path, staleAfterMs);
    await removeIfThere(path);
    const isOver = rival.isCertain ? attempt >= attempts : performance.now() > deadline;
    if (isOver) throw new Error(`Another ghostllm (pid ${rival.claimant.pid}) uses this data directory: ${directory}`);
    await sleep(10 + Math.random() * 50);
  }
}

/** The lock that another thread of this process holds, which also gives it back. */
export function shareLock(path: string): DirectoryLock {
  const shared = new HeldLock(path, usualStaleAfterMs);
  return { path, refresh: () => shared.refresh(), isHeld: () => shared.isHeld(), release: async () => {} };
}

class HeldLock implements DirectoryLock {
  readonly path: string;
  readonly #trustMs: number;
  #touchedAt = performance.now();
  #isLost = false;

  constructor(path: string, staleAfterMs: number) {
    this.path = path;
    this.#trustMs = staleAfterMs / 2;
  }

  async refresh(): Promise<void> {
    if (this.#isLost) return;
    const startedAt = performance.now();
    const now = new Date();
    try {
      await utimes(this.path, now, now);
      this.#touchedAt = startedAt;
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
      this.#isLost = true;
    }
  }

  isHeld(): boolean {
    if (this.#isLost) return false;
    const now = performance.now();
    if (now - this.#touchedAt < this.#trustMs) return true;
    this.#isLost = !touchIfThere(this.path);
    this.#touchedAt = now;
    return !this.#isLost;
  }

  release(): Promise<void> {
    return removeIfThere(this.path);
  }
}

/** Who takes over first moves the file away and then looks whether it was touched: one of both sees the other. */
function touchIfThere(path: string): boolean {
  try {
    const now = new Date();
    utimesSync(path, now, now);
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    // A disk that fails shows nothing about others.
    return true;
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

/** When the file of a rival that cannot be seen was last touched, and since when that is known. */
type Watched = Map<string, { readonly touchedMs: number; readonly since: number }>;

interface Search {
  readonly directory: string;
  readonly self: Claimant;
  readonly staleAfterMs: number;
  readonly watched: Watched;
}

/** A claimant that is or may be alive, if there is one. What dead ones left behind is cleared away. */
async function findRival(search: Search): Promise<Rival | null> {
  const { directory, self } = search;
  const own = nameOf(self);
  for (const name of await readdir(directory)) {
    const claimant = name === own ? null : parseName(name);
    if (claimant === null) continue;
    const path = join(directory, name);
    const isCertain = claimant.world === self.world;
    const isAlive = isCertain ? await isRunning(claimant) : !(await isAbandoned(path, search));
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

/** True when the file was not touched for long enough, and is now moved away: its holder will find that it is gone. */
async function isAbandoned(path: string, { staleAfterMs, watched }: Search): Promise<boolean> {
  const touchedMs = await touchedAt(path);
  if (touchedMs === null) return true;
  const known = watched.get(path);
  if (known?.touchedMs !== touchedMs) {
    watched.set(path, { touchedMs, since: performance.now() });
    return false;
  }
  if (performance.now() - known.since < staleAfterMs) return false;
  const aside = join(dirname(path), `taken.${basename(path)}`);
  await rename(path, aside);
  if ((await touchedAt(aside)) === touchedMs) {
    await removeIfThere(aside);
    return true;
  }
  await rename(aside, path);
  return false;
}

async function touchedAt(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? null;
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
