import type { MessagePort } from "node:worker_threads";
import type { StoreContent } from "#link/contents.ts";
import type { ChatSessions } from "#link/chat-sessions.ts";
import type { Consents } from "#link/consents.ts";
import type { Counters } from "#link/counters.ts";
import type { PartHealth } from "#link/health.ts";
import type { Link } from "#link/link.ts";
import type { PendingAnswer } from "#link/pending-answers.ts";
import type { HandedHold } from "#link/shared/handed-hold.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import type { Signal } from "#link/signals.ts";

/** What a worker needs in order to join: for its `workerData`, with the port in the `transferList`. */
export interface Seat {
  /** Of the worker, from 0. */
  readonly index: number;
  /** Null where the main thread is asked, since what it counts lies elsewhere. */
  readonly counters: SharedArrayBuffer | null;
  readonly port: MessagePort;
}

/** What workers ask of the main thread. */
export type HubQuestions = {
  readonly findOwners: Link["owners"]["find"];
  readonly keepOwner: Link["owners"]["keep"];
  readonly findTurns: Link["turns"]["find"];
  readonly keepTurn: Link["turns"]["keep"];
  readonly findAnswer: Link["cache"]["find"];
  readonly keepAnswer: Link["cache"]["keep"];
  readonly purgeAnswers: Link["cache"]["purge"];
  readonly useOfCache: Link["cache"]["use"];
  readonly nearestMeanings: Link["meanings"]["nearest"];
  readonly keepMeaning: Link["meanings"]["keep"];
  readonly purgeMeanings: Link["meanings"]["purge"];
  readonly noteToldByMeaning: Link["meanings"]["noteTold"];
  readonly useOfMeanings: Link["meanings"]["use"];
  readonly takeAsking: Link["askers"]["take"];
  readonly releaseAsking: Link["askers"]["release"];
  readonly appendToStream: Link["streams"]["append"];
  readonly readStream: Link["streams"]["read"];
  /** With what its request holds, which the main thread then holds: whoever sees the end of the answer settles it. */
  readonly addPending: (pending: PendingAnswer, holds: readonly HandedHold[]) => Promise<boolean>;
  readonly takePending: Link["pendingAnswers"]["take"];
  readonly takeOverdue: Link["pendingAnswers"]["takeOverdue"];
  readonly takeLast: Link["pendingAnswers"]["takeLast"];
  readonly reserve: Counters["reserve"];
  readonly inUse: Counters["inUse"];
  readonly settle: Counters["settle"];
  readonly extend: Counters["extend"];
  readonly leave: Counters["leave"];
  readonly askConsent: Consents["ask"];
  readonly giveBackConsent: Consents["giveBack"];
  readonly findRequest: ToldRequests["find"];
  readonly openSession: ChatSessions["open"];
  readonly keepSessionTurn: ChatSessions["keep"];
  readonly leaveSession: ChatSessions["leave"];
  readonly manageSessions: ChatSessions["manage"];
  readonly storeContent: StoreContent;
  readonly report: (part: string, health: PartHealth) => void;
  readonly parts: Link["health"]["parts"];
  readonly send: (signal: Signal) => Promise<void>;
};

/** What the main thread asks of workers. */
export type WorkerQuestions = {
  /** Answered when all that listen there have heeded it. */
  readonly heed: (signal: Signal) => Promise<void>;
};
