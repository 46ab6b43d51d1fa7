// The outlets that are configured. Called by compose, in the main thread.

import { hostname } from "node:os";
import type { LogSettings } from "#config/observing.ts";
import { LogOutlet } from "#telemetry/log-outlet.ts";
import type { LineCounts, LineOutlet } from "./line-outlet.ts";
import { RotatingFile } from "./rotating-file.ts";
import { openSyslog } from "./syslog-outlet.ts";

type CountsOf = (outlet: LineOutlet["name"]) => LineCounts;

export interface Outlets {
  /** Lines of requests: to all of them. */
  writeRequests(lines: readonly string[]): void;
  /** Lines of the server's own log, which is on standard error already. */
  writeLog(line: string): void;
  close(): Promise<void>;
}

export function openOutlets(settings: LogSettings, certificates: string | null, countsOf: CountsOf): Outlets {
  const { file, syslog, toStdout, requests } = settings;
  const sender = { host: hostname(), processId: process.pid };
  const others = [
    ...(file === null ? [] : [new RotatingFile({ ...settings, path: file }, countsOf("file"))]),
    ...(syslog === null ? [] : [openSyslog({ ...syslog, certificates, sender }, countsOf("syslog"))]),
  ];
  const all = toStdout && requests ? [...others, new StandardOutput(countsOf("stdout"))] : others;
  return {
    writeRequests: (lines) => all.forEach((outlet) => outlet.write(lines)),
    writeLog: (line) => others.forEach((outlet) => outlet.write([line.trimEnd()])),
    close: async () => void (await Promise.all(all.map((outlet) => outlet.close()))),
  };
}

class StandardOutput implements LineOutlet {
  readonly name = "stdout";
  readonly #outlet = new LogOutlet(1);
  readonly #counts: LineCounts;

  constructor(counts: LineCounts) {
    this.#counts = counts;
    this.#outlet.onCaughtUp = (lost) => counts.lost(lost);
    this.#outlet.giveUpAtExit();
  }

  write(lines: readonly string[]): void {
    for (const line of lines) this.#outlet.stream.write(`${line}\n`);
    this.#counts.written(lines.length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
