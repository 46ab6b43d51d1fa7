// A worker's thread: from here on it is a gateway. Started by running-worker.ts.

import { workerData } from "node:worker_threads";
import { Peer } from "#link/threads/peer.ts";
import { createLogOver } from "#telemetry/log.ts";
import { describeFault } from "#telemetry/fault.ts";
import type { MainThread, WorkerSeat } from "./seat.ts";
import { WorkerServer } from "./worker.ts";

const seat = workerData as WorkerSeat;
// Questions keep no thread running, and some are asked when nothing else does any more.
const staying = setInterval(() => undefined, 2 ** 31 - 1);
const main: MainThread = new Peer({
  port: seat.port,
  answers: {
    listens: () => started,
    begin: (parts) => server.begin(parts),
    follow: (change, version) => server.follow(change, version),
    countMetrics: () => server.countMetrics(),
    reportTargets: () => server.reportTargets(),
    configure: (config) => server.configure(config),
    reload: () => server.reload(),
    useTls: async (carried) => {
      await started;
      server.useTls(carried);
    },
    stop: async () => {
      await server.stop();
      clearInterval(staying);
    },
  },
});
const lines = { write: (line: string): void => main.tell("logged", line) };
const log = createLogOver(lines, seat.logLevel).child({ worker: seat.index + 1 });
process.on("unhandledRejection", (error) => log.error({ fault: describeFault(error) }, "unhandled rejection"));
const server = new WorkerServer(seat, log, main);
const started = server.start();
await started;
