import type { ReceivedRequest } from "./received.ts";
import type { ScriptSource } from "./script-queue.ts";

/** A vendor that runs, as tests and orders over HTTP see it. */
export interface FakeUpstream {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** A list is played one script per request, and its last stays in force. */
  script(source: ScriptSource): void;
  /** Every request whose body has come in, or whose sender has gone; oldest first. */
  readonly received: readonly ReceivedRequest[];
  openSockets(): number;
  /** Forgets the script and the requests; connections stay. */
  clear(): void;
  /** The `count`-th request since the start or the last `clear()`. */
  waitForRequest(count?: number, timeoutMs?: number): Promise<ReceivedRequest>;
  /** Resolves once the condition holds; looks whenever a request or connection comes or goes. Rejects after the time. */
  waitUntil(condition: () => boolean, timeoutMs?: number): Promise<void>;
  /** Drops every connection, finished or not. */
  close(): Promise<void>;
}
