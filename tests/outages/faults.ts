// What is taken from a server, and how it comes back.

import { readdirSync, readFileSync } from "node:fs";
import type { ThrowAwayPostgres } from "../../tools/postgres.ts";
import type { ThrowAwayRedis } from "../../tools/redis.ts";
import type { Place } from "./places.ts";

export interface Fault {
  readonly name: string;
  /** Of `/health`, which says so. */
  readonly part: "redis" | "store";
  begin(place: Place): Promise<unknown>;
  end(place: Place): Promise<unknown>;
}

export const redisFaults: readonly Fault[] = [
  {
    name: "Redis killed, and empty when it is back",
    part: "redis",
    begin: (place) => redisOf(place).kill(),
    end: (place) => redisOf(place).start(),
  },
  {
    name: "Redis frozen",
    part: "redis",
    begin: async (place) => redisOf(place).signal("SIGSTOP"),
    end: async (place) => redisOf(place).signal("SIGCONT"),
  },
  {
    name: "Redis slowed to two seconds a command",
    part: "redis",
    begin: async ({ wayToRedis }) => wayToRedis?.slow(1_000),
    end: async ({ wayToRedis }) => wayToRedis?.slow(0),
  },
];

export const databaseFaults: readonly Fault[] = [
  {
    name: "PostgreSQL stopped",
    part: "store",
    begin: ({ postgres }) => postgres.stop(),
    end: ({ postgres }) => postgres.start(),
  },
  {
    name: "PostgreSQL frozen",
    part: "store",
    begin: async ({ postgres }) => signalAll(postgres, "SIGSTOP"),
    end: async ({ postgres }) => signalAll(postgres, "SIGCONT"),
  },
];

function redisOf({ name, redis }: Place): ThrowAwayRedis {
  if (redis === null) throw new Error(`${name} has no Redis`);
  return redis;
}

/** The one that starts the others is first: none is started behind it. */
function signalAll({ pid }: ThrowAwayPostgres, signal: NodeJS.Signals): void {
  if (pid === null) throw new Error("PostgreSQL does not run");
  process.kill(pid, signal);
  for (const child of childrenOf(pid)) signalIfThere(child, signal);
}

/** Those that have ended while the first one could not look after them go as soon as it can. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function childrenOf(parent: number): readonly number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.filter((pid) => parentOf(pid) === parent).map(Number);
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // It has ended meanwhile.
    return null;
  }
}
