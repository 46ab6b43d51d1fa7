// What is kept of streams that clients may come back to (docs/streams.md).

import { duration, size } from "./kinds.ts";
import { setting } from "./setting.ts";

export const streamSettings = {
  streamsBytes: setting({
    path: "streams.bytes",
    variable: "GHOSTLLM_STREAMS_BYTES",
    kind: size,
    default: 64 * 2 ** 20,
    help: "What is kept of streams whose clients asked to come back (`x-ghostllm-resumable`), all together: in the memory of this process, or with `redis.url` in Redis. Where there is no room a stream goes on, but cannot be come back to.",
    read: ({ capacity }) => capacity.streams.bytes,
  }),
  streamBytes: setting({
    path: "streams.stream_bytes",
    isLive: true,
    variable: "GHOSTLLM_STREAM_BYTES",
    kind: size,
    default: 4 * 2 ** 20,
    help: "The same of one stream; one that becomes longer cannot be come back to.",
    read: ({ capacity }) => capacity.streams.streamBytes,
  }),
  streamGraceMs: setting({
    path: "streams.grace_ms",
    isLive: true,
    variable: "GHOSTLLM_STREAM_GRACE_MS",
    kind: duration,
    default: 30_000,
    help: "How long such a stream goes on when its client has left and nobody has come back; then its vendor is told to stop.",
    read: ({ capacity }) => capacity.streams.graceMs,
  }),
  streamKeptMs: setting({
    path: "streams.kept_ms",
    isLive: true,
    variable: "GHOSTLLM_STREAM_KEPT_MS",
    kind: duration,
    default: 60_000,
    help: "How long such a stream can be come back to when it is over; a quarter of a minute at least while it goes on.",
    read: ({ capacity }) => capacity.streams.keptMs,
  }),
};
