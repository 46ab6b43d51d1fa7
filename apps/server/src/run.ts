import { setFlagsFromString } from "node:v8";
import type { Config } from "#config/config.ts";
import type { LoadedConfig } from "#config/load.ts";
import { migrateStore, openStore } from "#control/store/open-store.ts";
import { describeFault } from "#telemetry/fault.ts";
import { LogOutlet } from "#telemetry/log-outlet.ts";
import { createLog } from "#telemetry/log.ts";
import { bannerOf } from "./banner.ts";
import { compose } from "#compose/compose.ts";
import type { RunningServer } from "#compose/compose.ts";
import { keepFilesPrivate, makePrivate } from "./private-directory.ts";

export interface RunOptions {
  readonly loaded: LoadedConfig;
  /** Where the banner goes: secrets that are shown once are in it, so it is never logged. */
  readonly print: (text: string) => void;
}

/** Serves until SIGTERM or SIGINT; resolves when it is ready. Rejects when it cannot start. */
export async function runServer({ loaded, print }: RunOptions): Promise<RunningServer> {
  keepFilesPrivate();
  keepThreadsSmall();
  letHeapsGrow();
  const outlet = new LogOutlet();
  outlet.giveUpAtExit();
  const log = createLog(loaded.config.logLevel, outlet);
  const server = await compose(loaded, log);
  print(bannerOf(server));
  closeOnSignal(server);
  // Without anything to read anew, the end of the terminal ends the server as it always did.
  const { reload } = server;
  if (reload !== null) process.on("SIGHUP", () => void reload());
  // What Node would print of it may quote a request.
  process.on("uncaughtException", (error) => {
    log.fatal({ fault: describeFault(error) }, "uncaught exception");
    process.exit(1);
  });
  process.on("unhandledRejection", (error) => log.error({ fault: describeFault(error) }, "unhandled rejection"));
  return server;
}

/**
 * Threads do one thing after the other, and need less of a young generation than where many requests run at a time. It is the flag that
 * counts when a thread starts: as long as there is one, `resourceLimits` are not asked.
 */
function keepThreadsSmall(): void {
  setFlagsFromString("--max-semi-space-size=8");
}

/**
 * A heap is collected as a whole when it is three times as large as what the last such collection left. Left to itself V8 allows hardly
 * more than that behind a pause, and what it counts are the buffers of bodies too, which the next collection of the young generation
 * frees: with bodies of 100 kB it then collected all ten times in a second, and threw away what it had compiled (docs/performance.md).
 */
function letHeapsGrow(): void {
  setFlagsFromString("--heap-growing-percent=200");
}

/** A signal to a process group may arrive by way of a parent process, too: only a later one is a second one. */
const echoMs = 1_000;

/** The first signal drains, the second ends at once: someone who presses Ctrl-C twice means it. */
function closeOnSignal(server: RunningServer): void {
  let closingSince: number | null = null;
  const onSignal = (): void => {
    const now = performance.now();
    if (closingSince !== null) {
      if (now - closingSince > echoMs) process.exit(130);
      return;
    }
    closingSince = now;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`ghostllm did not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onSignal);
}

/** Answers the names of the migrations that were applied. */
export async function migrate(config: Config): Promise<readonly string[]> {
  keepFilesPrivate();
  await makePrivate(config.dataDir);
  const log = createLog(config.logLevel);
  const store = await openStore({ databaseUrl: config.databaseUrl?.reveal() ?? null, dataDir: config.dataDir, log });
  try {
    return await migrateStore(store);
  } finally {
    await store.close();
  }
}
