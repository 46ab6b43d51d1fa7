// Every setting there is, once: the loader, `config check|show` and docs/configuration.md derive from this table.
// Providers are the exception: they come from @ghostllm/llm's list, see providers.ts.

import { edgeSettings } from "./edge-settings.ts";
import { egressSettings } from "./egress-settings.ts";
import type { AnswerSettings, LogLevel } from "./config.ts";
import { delay, directory, duration, email, fileOrUrl, flag, integer, oneOf, optional, secret, size } from "./kinds.ts";
import { backupSettings } from "./backup-settings.ts";
import { configurationSettings } from "./configuration-settings.ts";
import { consoleSettings } from "./console-settings.ts";
import { databaseSettings } from "./database-settings.ts";
import { capacitySettings } from "./capacity-settings.ts";
import { encryptionSettings } from "./encryption-settings.ts";
import { eventSettings } from "./event-settings.ts";
import { healthSettings } from "./health-settings.ts";
import { logSettings } from "./log-settings.ts";
import { managementSettings } from "./management-settings.ts";
import { mailSettings } from "./mail-settings.ts";
import { metricsSettings } from "./metrics-settings.ts";
import { networkSettings } from "./network-settings.ts";
import { redisSettings } from "./redis-settings.ts";
import { serverSettings } from "./server-settings.ts";
import { serviceSettings } from "./service-settings.ts";
import { compatSettings } from "./compat-settings.ts";
import { realtimeSettings } from "./realtime-settings.ts";
import { streamSettings } from "./stream-settings.ts";
import { traceSettings } from "./trace-settings.ts";
import { setting } from "./setting.ts";
import { signInSettings } from "./sign-in-settings.ts";
import { tlsSettings } from "./tls-settings.ts";

const answerModels: readonly AnswerSettings["model"][] = ["vendor", "asked"];
const logLevels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

export const settings = {
  ...serverSettings,
  ...serviceSettings,
  ...databaseSettings,
  ...redisSettings,
  dataDir: setting({
    path: "data_dir",
    variable: "GHOSTLLM_DATA_DIR",
    kind: directory,
    default: "./ghostllm-data",
    help: "Directory of the journal, of the embedded database and of generated key files; from the working directory.",
    read: (config) => config.dataDir,
  }),
  adminApiKey: setting({
    path: "admin.api_key",
    variable: "ADMIN_API_KEY",
    kind: optional(secret),
    default: null,
    advisedLength: 16,
    help: "Key that opens the admin API without a user, for automation.",
    read: (config) => config.adminApiKey,
  }),
  adminEmail: setting({
    path: "admin.email",
    variable: "ADMIN_EMAIL",
    kind: email,
    default: "admin@localhost",
    help: "E-mail of the administrator made at first start.",
    read: (config) => config.adminEmail,
  }),
  adminPassword: setting({
    path: "admin.password",
    variable: "ADMIN_PASSWORD",
    kind: optional(secret),
    default: null,
    advisedLength: 8,
    help: "Password of the administrator made at first start. Unset: generated and printed once.",
    read: (config) => config.adminPassword,
  }),
  jwtSecret: setting({
    path: "jwt_secret",
    variable: "JWT_SECRET",
    kind: optional(secret),
    default: null,
    advisedLength: 32,
    help: "Signs the sessions of operators. Unset: generated and kept in `data_dir`.",
    read: (config) => config.jwtSecret,
  }),
  ...encryptionSettings,
  ...backupSettings,
  logLevel: setting<LogLevel>({
    path: "log_level",
    isLive: true,
    variable: "LOG_LEVEL",
    kind: oneOf(logLevels),
    default: "info",
    help: "Least severe message that is logged.",
    read: (config) => config.logLevel,
  }),
  connectMs: setting({
    path: "timeouts.connect_ms",
    variable: "GHOSTLLM_CONNECT_TIMEOUT_MS",
    kind: duration,
    default: 10_000,
    help: "Longest wait for TCP and TLS with a vendor.",
    read: (config) => config.timeouts.connectMs,
  }),
  firstByteMs: setting({
    path: "timeouts.first_byte_ms",
    isLive: true,
    variable: "GHOSTLLM_FIRST_BYTE_TIMEOUT_MS",
    kind: duration,
    default: 300_000,
    help: "Longest wait for a vendor's response headers.",
    read: (config) => config.timeouts.firstByteMs,
  }),
  idleMs: setting({
    path: "timeouts.idle_ms",
    isLive: true,
    variable: "GHOSTLLM_IDLE_TIMEOUT_MS",
    kind: duration,
    default: 300_000,
    help: "Longest silence within a vendor's answer.",
    read: (config) => config.timeouts.idleMs,
  }),
  totalMs: setting({
    path: "timeouts.total_ms",
    isLive: true,
    variable: "GHOSTLLM_TOTAL_TIMEOUT_MS",
    kind: duration,
    default: 1_800_000,
    help: "Longest a whole request may take, retries included.",
    read: (config) => config.timeouts.totalMs,
  }),
  requestBodyIdleMs: setting({
    path: "timeouts.request_body_idle_ms",
    isLive: true,
    variable: "GHOSTLLM_REQUEST_BODY_IDLE_TIMEOUT_MS",
    kind: duration,
    default: 30_000,
    help: "Longest silence while a client sends its request body.",
    read: (config) => config.timeouts.requestBodyIdleMs,
  }),
  retryDelayMs: setting({
    path: "timeouts.retry_delay_ms",
    isLive: true,
    variable: "GHOSTLLM_RETRY_DELAY_MS",
    kind: delay,
    default: 200,
    help: "Before the last provider that failed is asked once more; up to twice as long, so that many do not come back at once.",
    read: (config) => config.timeouts.retryDelayMs,
  }),
  shutdownDelayMs: setting({
    path: "timeouts.shutdown_delay_ms",
    isLive: true,
    variable: "GHOSTLLM_SHUTDOWN_DELAY_MS",
    kind: delay,
    default: 0,
    help: "How long the server goes on as before after SIGTERM, while `/health/ready` says 503, so that a load balancer sends new requests elsewhere.",
    read: (config) => config.timeouts.shutdownDelayMs,
  }),
  drainMs: setting({
    path: "timeouts.drain_ms",
    isLive: true,
    variable: "GHOSTLLM_DRAIN_TIMEOUT_MS",
    kind: duration,
    default: 30_000,
    help: "How long running requests may go on after that.",
    read: (config) => config.timeouts.drainMs,
  }),
  bodyBytes: setting({
    path: "limits.body_bytes",
    isLive: true,
    variable: "GHOSTLLM_BODY_BYTES",
    kind: size,
    default: 32 * 2 ** 20,
    help: "Largest request body, after decompression.",
    read: (config) => config.limits.bodyBytes,
  }),
  bodyValues: setting({
    path: "limits.body_values",
    isLive: true,
    variable: "GHOSTLLM_BODY_VALUES",
    kind: integer({ min: 1_000, max: 100_000_000 }),
    default: 1_000_000,
    help: "Most values (elements, members, lists and objects) that the JSON of a large request body may hold.",
    read: (config) => config.limits.bodyValues,
  }),
  answerBufferBytes: setting({
    path: "limits.answer_buffer_bytes",
    isLive: true,
    variable: "GHOSTLLM_ANSWER_BUFFER_BYTES",
    kind: size,
    default: 16 * 2 ** 20,
    help: "Largest plain answer held in memory to read its usage; a larger one passes through and its usage is estimated.",
    read: (config) => config.limits.answerBufferBytes,
  }),
  assumedOutputTokens: setting({
    path: "limits.assumed_output_tokens",
    isLive: true,
    variable: "GHOSTLLM_ASSUMED_OUTPUT_TOKENS",
    kind: integer({ min: 1, max: 10_000_000 }),
    default: 4096,
    help: "Output tokens reserved against a budget for a request that names no maximum.",
    read: (config) => config.limits.assumedOutputTokens,
  }),
  cutStreamsOverBudget: setting({
    path: "limits.cut_streams_over_budget",
    isLive: true,
    variable: "GHOSTLLM_CUT_STREAMS_OVER_BUDGET",
    kind: flag,
    default: true,
    help: "Cut a stream that has cost more than was reserved for it when the rest of its budget is used up.",
    read: (config) => config.limits.cutStreamsOverBudget,
  }),
  waitMs: setting({
    path: "limits.wait_ms",
    isLive: true,
    variable: "GHOSTLLM_LIMIT_WAIT_MS",
    kind: delay,
    default: 30_000,
    help: "How long a request waits for its turn that is one too many at a time for its key, user, team, organisation or alias (`concurrent_requests`); 0: it is refused at once.",
    read: (config) => config.limits.waitMs,
  }),
  mostWaiting: setting({
    path: "limits.most_waiting",
    isLive: true,
    variable: "GHOSTLLM_LIMIT_MOST_WAITING",
    kind: integer({ min: 1, max: 100_000 }),
    default: 20,
    help: "How many wait so at each of these, in each process.",
    read: (config) => config.limits.mostWaiting,
  }),
  detectOllama: setting({
    path: "detect_ollama",
    variable: "GHOSTLLM_DETECT_OLLAMA",
    kind: flag,
    default: true,
    help: "Look for an Ollama at its default address at start.",
    read: (config) => config.detectOllama,
  }),
  modelListIntervalMs: setting({
    path: "model_list_interval_ms",
    variable: "GHOSTLLM_MODEL_LIST_INTERVAL_MS",
    kind: duration,
    default: 600_000,
    help: "How often vendors are asked for their models again; servers of one's own, such as Ollama, at least once a minute.",
    read: (config) => config.modelListIntervalMs,
  }),
  answerModel: setting<AnswerSettings["model"]>({
    path: "answers.model",
    isLive: true,
    variable: "ANSWER_MODEL",
    kind: oneOf(answerModels),
    default: "vendor",
    help: "The model that answers name: as the vendor calls it (`vendor`), or by the name or alias that was asked for (`asked`).",
    read: (config) => config.answers.model,
  }),
  pricesSource: setting<string | null>({
    path: "prices.source",
    variable: "GHOSTLLM_PRICES_SOURCE",
    kind: optional(fileOrUrl),
    default: null,
    help: "File or URL of a list of prices, in the format of genai-prices, to use in place of the one that comes with GhostLLM.",
    read: (config) => config.prices.source,
  }),
  pricesRefreshMs: setting({
    path: "prices.refresh_ms",
    variable: "GHOSTLLM_PRICES_REFRESH_MS",
    kind: duration,
    default: 86_400_000,
    help: "How often that list is read again.",
    read: (config) => config.prices.refreshMs,
  }),
  ...configurationSettings,
  ...consoleSettings,
  ...compatSettings,
  ...edgeSettings,
  ...tlsSettings,
  ...managementSettings,
  ...capacitySettings,
  ...streamSettings,
  ...realtimeSettings,
  ...metricsSettings,
  ...logSettings,
  ...traceSettings,
  ...networkSettings,
  ...egressSettings,
  ...eventSettings,
  ...healthSettings,
  ...mailSettings,
  ...signInSettings,
};

export type SettingName = keyof typeof settings;
export type SettingValues = { readonly [Name in SettingName]: (typeof settings)[Name]["default"] };

/** The path of the file itself cannot stand in the file. */
export const fileVariable = {
  variable: "GHOSTLLM_CONFIG",
  default: "./ghostllm.yaml",
  help: "The configuration file: a path, an `https://` URL (with `GHOSTLLM_CONFIG_TOKEN` as bearer token, where that is set), or `s3://BUCKET/KEY` (with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and `AWS_ENDPOINT_URL_S3` for another service than Amazon's, such as `https://storage.googleapis.com`). When it is set the file must exist; the default one may be absent.",
} as const;
