// What is written down of requests as they end, and where logs go to.

import { duration, file, flag, integer, optional, size, textOf } from "./kinds.ts";
import { setting } from "./setting.ts";
import { shownSyslog } from "./logs.ts";

const day = 86_400_000;
const syslogUrl = textOf(
  "syslog URL",
  /^(udp|tcp|tls):\/\/(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?\/?$/i,
  "Write `udp://host:514`, `tcp://host:601` or `tls://host:6514`.",
);

export const logSettings = {
  logRequests: setting({
    path: "logs.requests",
    variable: "GHOSTLLM_LOG_REQUESTS",
    kind: flag,
    default: false,
    help: "Write a line of JSON for each request when it is over, with its times, tokens and cost, and without a word of it.",
    read: ({ logs }) => logs.requests,
  }),
  logRequestsPerSecond: setting({
    path: "logs.requests_per_second",
    variable: "GHOSTLLM_LOG_REQUESTS_PER_SECOND",
    kind: optional(integer({ min: 0, max: 1_000_000 })),
    default: null,
    help: "Most lines of requests that went well, in a second and thread; the next line says how many had none (`skipped`). Requests that went wrong always have theirs. Unset: all.",
    read: ({ logs }) => logs.requestsPerSecond,
  }),
  logStdout: setting({
    path: "logs.stdout",
    variable: "GHOSTLLM_LOG_STDOUT",
    kind: flag,
    default: true,
    help: "Lines of requests go to standard output.",
    read: ({ logs }) => logs.toStdout,
  }),
  logFile: setting({
    path: "logs.file",
    variable: "GHOSTLLM_LOG_FILE",
    kind: optional(file),
    default: null,
    help: "File for lines of requests and of the server's own log, from the working directory. The ones before it are called `.1`, `.2` and so on.",
    read: ({ logs }) => logs.file,
  }),
  logFileBytes: setting({
    path: "logs.file_bytes",
    variable: "GHOSTLLM_LOG_FILE_BYTES",
    kind: size,
    default: 64 * 2 ** 20,
    help: "No such file becomes larger: then the next one is begun.",
    read: ({ logs }) => logs.fileBytes,
  }),
  logFiles: setting({
    path: "logs.files",
    variable: "GHOSTLLM_LOG_FILES",
    kind: integer({ min: 1, max: 1_000 }),
    default: 10,
    help: "How many of them there are at most.",
    read: ({ logs }) => logs.files,
  }),
  logFileAge: setting({
    path: "logs.file_age_ms",
    variable: "GHOSTLLM_LOG_FILE_AGE_MS",
    kind: duration,
    default: day,
    help: "The next file is begun when the first line of one is as old as that, so that no line is kept for longer than this, times their number.",
    read: ({ logs }) => logs.fileAgeMs,
  }),
  logSyslog: setting({
    path: "logs.syslog_url",
    variable: "GHOSTLLM_LOG_SYSLOG_URL",
    kind: optional(syslogUrl),
    default: null,
    help: "Receiver of the same lines by syslog (RFC 5424): `udp://host:514`, `tcp://host:601` (octet counting), or `tls://host:6514`, whose certificate is trusted as those of vendors are.",
    read: ({ logs }) => shownSyslog(logs.syslog),
  }),
};
