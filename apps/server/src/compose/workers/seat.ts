// What a worker begins with, and what the main thread and its workers ask of each other beside link and the journals.

import type { MessagePort } from "node:worker_threads";
import type { CarriedTls } from "#compose/tls/public-tls.ts";
import type { LogLevel } from "#config/config.ts";
import type { Refusal } from "#control/live/refusals.ts";
import type { SnapshotChange, SnapshotParts } from "#domain/snapshot/parts.ts";
import type { GatewayReport } from "#domain/target-report.ts";
import type { WriterSeat } from "#link/journal/followed-journal.ts";
import type { Peer } from "#link/threads/peer.ts";
import type { Seat } from "#link/threads/seat.ts";
import type { CountedMetrics } from "#telemetry/metrics.ts";
import type { CarriedConfig } from "./carried-config.ts";

/** All that a worker begins with. */
export interface WorkerSeat {
  /** From 0 on. */
  readonly index: number;
  /** How many there are. */
  readonly workers: number;
  /** By which it asks the main thread, and is asked. */
  readonly port: MessagePort;
  readonly logLevel: LogLevel;
  readonly config: CarriedConfig;
  /** On which all of them listen. */
  readonly place: { readonly host: string; readonly port: number };
  readonly link: Seat;
  readonly lease: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
  readonly journal: WriterSeat & { readonly lockPath: string };
  readonly snapshot: SnapshotParts;
  readonly adminKeys: readonly string[];
  readonly demoUrl: string;
  /** The path on which control takes what is no route of the gateway. */
  readonly controlSocket: string;
  /** What it shows to clients; null where it speaks plain HTTP. */
  readonly tls: CarriedTls | null;
}

/** What the main thread asks of a worker. */
export type WorkerQuestions = {
  /** Answered when it does. */
  readonly listens: () => Promise<void>;
  /** By these parts of a snapshot it answers requests from now on. */
  readonly begin: (parts: SnapshotParts) => void;
  /** By this change, too, which leads to that version. Answers false where it does not follow from what the worker has. */
  readonly follow: (change: SnapshotChange, version: number) => boolean;
  readonly countMetrics: () => Promise<CountedMetrics>;
  readonly reportTargets: () => GatewayReport;
  /** Settings that count at once have other values. */
  readonly configure: (config: CarriedConfig) => void;
  /** The files of the certificate may have changed. */
  readonly reload: () => Promise<void>;
  /** This it shows from now on. */
  readonly useTls: (carried: CarriedTls) => Promise<void>;
  /** Finishes what runs, within the drain time, and ends. */
  readonly stop: () => Promise<void>;
};

/** What a worker asks of the main thread, and tells it. */
export type MainQuestions = {
  /** Of the whole server. */
  readonly readMetrics: () => Promise<WrittenMetrics>;
  readonly refused: (refusals: readonly Refusal[]) => void;
  /** A line of the log, whole: threads that wrote to one stream would write into each other's lines. */
  readonly logged: (line: string) => void;
  /** Lines of requests that are over. */
  readonly requestLines: (lines: readonly string[]) => void;
};

export interface WrittenMetrics {
  readonly text: string;
  readonly contentType: string;
}

/** The main thread, as a worker has it. */
export type MainThread = Peer<MainQuestions, WorkerQuestions>;
