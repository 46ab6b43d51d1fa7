// Where the server listens, and by how many threads it answers.

import type { Config } from "./config.ts";
import { host, integer, workerCount } from "./kinds.ts";
import { setting } from "./setting.ts";

export const serverSettings = {
  host: setting({
    path: "server.host",
    variable: "SERVER_HOST",
    kind: host,
    default: "127.0.0.1",
    help: "Address to listen on. `0.0.0.0` makes the gateway reachable from other machines.",
    read: (config) => config.server.host,
  }),
  port: setting({
    path: "server.port",
    variable: "SERVER_PORT",
    kind: integer({ min: 0, max: 65_535 }),
    default: 8080,
    help: "Port to listen on; 0 takes any free one.",
    read: (config) => config.server.port,
  }),
  workers: setting<Config["server"]["workers"]>({
    path: "server.workers",
    variable: "SERVER_WORKERS",
    kind: workerCount,
    default: 1,
    help: "Threads that answer requests, or `auto` for as many as there are processors. With 1 the gateway runs beside the admin API in one thread. Linux only: elsewhere it is 1.",
    read: (config) => config.server.workers,
  }),
  streamKeepAliveSeconds: setting({
    path: "server.stream_keepalive_seconds",
    isLive: true,
    variable: "GHOSTLLM_STREAM_KEEPALIVE_SECONDS",
    kind: integer({ min: 0, max: 3_600 }),
    default: 15,
    help: "Silence of a vendor, before its answer as within it, after which clients of OpenAI's and Anthropic's dialects are sent a comment or a ping; 0 for never. The status of the answer is then 200.",
    read: (config) => config.timeouts.streamKeepAliveMs / 1000,
  }),
};
