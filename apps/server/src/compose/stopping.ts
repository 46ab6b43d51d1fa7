// How the server stops taking requests. Called by compose/compose.ts when it closes. Invariant: nobody loses an answer without being
// told, and who sends requests here learns to send them elsewhere before they are refused.

import { setTimeout as sleep } from "node:timers/promises";
import type { Timeouts } from "#config/config.ts";
import type { ChatDoor } from "#gateway/channels/chat-door.ts";
import type { RunningCalls } from "#gateway/flow/running-calls.ts";
import type { Readiness } from "#gateway/readiness.ts";
import type { CloseListener } from "./listener-closer.ts";
import type { RunningRequests } from "./running-requests.ts";

export interface Stopping {
  readonly readiness: Readiness;
  readonly timeouts: Pick<Timeouts, "shutdownDelayMs" | "drainMs">;
  readonly closeListener: CloseListener;
  readonly runningCalls: RunningCalls;
  readonly running: RunningRequests;
  readonly chatDoor: Pick<ChatDoor, "leave"> | null;
  /** Says goodbye to those who look on. */
  readonly endLive: () => void;
}

const lastRecordsMs = 2_000;
const lateComersMs = 1_000;

export async function stopServing(parts: Stopping): Promise<void> {
  const { readiness, timeouts, closeListener, runningCalls, running } = parts;
  // Readiness goes first, and all else goes on as before: whoever balances the load needs a while to notice.
  readiness.isLeaving = true;
  if (timeouts.shutdownDelayMs > 0) await sleep(timeouts.shutdownDelayMs);
  parts.endLive();
  parts.chatDoor?.leave();
  // Whoever was let in before the doors closed is served; behind them nobody has a reason to come.
  const refusing = setTimeout(() => (readiness.notReadyBecause = "stopping"), lateComersMs);
  await closeListener(timeouts.drainMs, () => runningCalls.withdrawAll("stopping"));
  clearTimeout(refusing);
  // Streams to which nobody listens at the moment.
  runningCalls.withdrawAll("stopping");
  readiness.notReadyBecause = "stopping";
  // What was cut off has used tokens, too: its record must be in the journal before that is closed.
  await running.ended(lastRecordsMs);
}
