// The values of all settings, put together as the parts of the server take them. Called by load.ts, and by live.ts where some have changed.

import { resolve } from "node:path";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { backupOf } from "./backup.ts";
import type { Config, Network, RedisSettings } from "./config.ts";
import { edgeOf } from "./edge.ts";
import { healthOf } from "./health.ts";
import { logsOf } from "./logs.ts";
import { mailOf } from "./mail.ts";
import { metricsOf } from "./metrics.ts";
import { tracesOf } from "./traces.ts";
import { realtimeOf } from "./realtime.ts";
import type { SettingValues } from "./settings.ts";
import { streamsOf } from "./streams.ts";

function redisOf(values: SettingValues): RedisSettings {
  const { redisUrl: url, redisKeyPrefix: keyPrefix, redisTimeoutMs: commandTimeoutMs } = values;
  const { redisLimitsWhenAway: limits, redisBudgetsWhenAway: budgets } = values;
  return { url, keyPrefix, commandTimeoutMs, whenAway: { limits, budgets } };
}

export function egressOf({ allowPrivate, egressAllow: allow, egressDeny: deny }: SettingValues): EgressSettings {
  return { allowPrivate, allow, deny };
}

function eventsOf(values: SettingValues): Config["events"] {
  return {
    source: values.eventSource,
    backlog: values.eventBacklog,
    backlogMs: values.eventBacklogMs,
    natsUrl: values.natsUrl,
    natsStream: values.natsStream,
    kafkaBrokers: values.kafkaBrokers,
    kafkaTopic: values.kafkaTopic,
    webhookTimeoutMs: values.webhookTimeoutMs,
    webhookRetryMs: values.webhookRetryMs,
    webhookAttempts: values.webhookAttempts,
    webhookDisableMs: values.webhookDisableMs,
  };
}

function encryptionOf(values: SettingValues): Config["encryption"] {
  const { encryptionKey: key, previousEncryptionKeys: previousKeys, vaultToken, vaultNamespace } = values;
  const { awsAccessKeyId, awsSecretAccessKey, awsSessionToken, kmsEndpoint } = values;
  const aws = { awsAccessKeyId, awsSecretAccessKey, awsSessionToken };
  return { key, previousKeys, vaultToken, vaultNamespace, ...aws, kmsEndpoint };
}

function directoryOf(value: string | null, cwd: string): string | null {
  return value === null ? null : resolve(cwd, value);
}

/** What is no single setting. */
export interface ConfigParts extends Pick<Config, "providers"> {
  readonly cwd: string;
  /** Of files that settings name. */
  readonly certificates: string | null;
  readonly acmeCertificates: string | null;
}

/** What stands for all goes behind what is told of one kind; https goes through http's proxy where it has none. */
function networkOf(values: SettingValues, certificates: string | null): Network {
  const { httpProxy, httpsProxy, allProxy, noProxy, proxiesLoopback, certificatesFile } = values;
  const forHttp = httpProxy ?? allProxy;
  const proxies = { httpProxy: forHttp, httpsProxy: httpsProxy ?? forHttp };
  return { ...proxies, allProxy, noProxy, proxiesLoopback, certificatesFile, certificates };
}

function limitsOf(values: SettingValues): Config["limits"] {
  const { bodyBytes, bodyValues, answerBufferBytes, assumedOutputTokens, cutStreamsOverBudget } = values;
  const { waitMs, mostWaiting } = values;
  return {
    ...{ bodyBytes, bodyValues, answerBufferBytes, assumedOutputTokens, cutStreamsOverBudget },
    ...{ waitMs, mostWaiting },
  };
}

function capacityOf(values: SettingValues): Config["capacity"] {
  const { connections, connectionsPerAddress, answerUnreadMs } = values;
  const { heldBytes, heldBytesPerKey, heldBytesPerAddress } = values;
  return {
    ...{ connections, connectionsPerAddress, answerUnreadMs },
    ...{ heldBytes, heldBytesPerKey, heldBytesPerAddress },
    ...{ cacheBytes: values.cacheBytes, cachedAnswerBytes: values.cachedAnswerBytes, vectorBytes: values.vectorBytes },
    ...{ streams: streamsOf(values), realtime: realtimeOf(values) },
  };
}

export function buildConfig(values: SettingValues, parts: ConfigParts): Config {
  const { cwd, providers, certificates } = parts;
  const { connectMs, firstByteMs, idleMs, totalMs, requestBodyIdleMs, retryDelayMs, shutdownDelayMs, drainMs } = values;
  return {
    server: { host: values.host, port: values.port, workers: values.workers },
    services: values.services,
    databaseUrl: values.databaseUrl,
    databaseLeaseMs: values.databaseLeaseMs,
    redis: redisOf(values),
    dataDir: resolve(cwd, values.dataDir),
    ...{ adminApiKey: values.adminApiKey, adminEmail: values.adminEmail, adminPassword: values.adminPassword },
    jwtSecret: values.jwtSecret,
    ...{ encryption: encryptionOf(values), backup: backupOf(values, cwd) },
    logLevel: values.logLevel,
    timeouts: {
      ...{ connectMs, firstByteMs, idleMs, totalMs, requestBodyIdleMs, retryDelayMs, shutdownDelayMs, drainMs },
      streamKeepAliveMs: values.streamKeepAliveSeconds * 1000,
    },
    limits: limitsOf(values),
    sessions: { sessions: values.sessionsPerUser, messages: values.sessionMessages, bytes: values.sessionBytes },
    capacity: capacityOf(values),
    answers: { model: values.answerModel },
    health: healthOf(values),
    edge: edgeOf(values, cwd, parts.acmeCertificates),
    ...{ network: networkOf(values, certificates), egress: egressOf(values) },
    events: eventsOf(values),
    mail: mailOf(values),
    signIn: { requireSecondFactor: values.requireSecondFactor },
    providers,
    databaseReplica: { url: values.databaseReplicaUrl, maxLagMs: values.databaseReplicaMaxLagMs },
    retention: {
      ...{ usageDays: values.usageDays, auditDays: values.auditDays, consentDays: values.consentDays },
      promptDays: values.promptDays,
    },
    modelListIntervalMs: values.modelListIntervalMs,
    prices: { source: values.pricesSource, refreshMs: values.pricesRefreshMs },
    configuration: { pollMs: values.configurationPollMs },
    compat: { litellm: values.compatLitellm },
    console: { directory: directoryOf(values.consoleDirectory, cwd) },
    ...{ metrics: metricsOf(values), logs: logsOf(values, cwd), traces: tracesOf(values) },
    detectOllama: values.detectOllama,
  };
}
