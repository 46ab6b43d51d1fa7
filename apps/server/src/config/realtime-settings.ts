// Sessions in real time (docs/websocket.md).

import { duration, size } from "./kinds.ts";
import { setting } from "./setting.ts";

export const realtimeSettings = {
  realtimeSessionMs: setting({
    path: "realtime.session_ms",
    isLive: true,
    variable: "GHOSTLLM_REALTIME_SESSION_MS",
    kind: duration,
    default: 3_600_000,
    help: "The longest that a session of `/v1/realtime` may last.",
    read: ({ capacity }) => capacity.realtime.sessionMs,
  }),
  realtimeIdleMs: setting({
    path: "realtime.idle_ms",
    isLive: true,
    variable: "GHOSTLLM_REALTIME_IDLE_MS",
    kind: duration,
    default: 600_000,
    help: "How long neither side of such a session may say anything.",
    read: ({ capacity }) => capacity.realtime.idleMs,
  }),
  realtimeMessageBytes: setting({
    path: "realtime.message_bytes",
    variable: "GHOSTLLM_REALTIME_MESSAGE_BYTES",
    kind: size,
    default: 4 * 2 ** 20,
    help: "The largest message of either side of such a session; a larger one ends it.",
    read: ({ capacity }) => capacity.realtime.messageBytes,
  }),
};
