// The values of all settings, put together as the parts of the server take them. Called by load.ts.

import { resolve } from "node:path";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { backupOf } from "./backup.ts";
import type { Config, RedisSettings } from "./config.ts";
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

interface Parts extends Pick<Config, "providers" | "network" | "egress"> {
  readonly cwd: string;
  readonly acmeCertificates: string | null;
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

export function buildConfig(values: SettingValues, parts: Parts): Config {
  const { cwd, providers, network, egress } = parts;
  const { connectMs, firstByteMs, idleMs, totalMs, requestBodyIdleMs, retryDelayMs, shutdownDelayMs, drainMs } = values;
  return {
    server: { host: values.host, port: values.port, workers: values.workers },
    services: values.services,
    databaseUrl: values.databaseUrl,
    databaseLeaseMs: values.databaseLeaseMs,
    redis: redisOf(values),
    dataDir: resolve(cwd, values.dataDir),
    adminApiKey: values.adminApiKey,
    adminEmail: values.adminEmail,
    adminPassword: values.adminPassword,
    jwtSecret: values.jwtSecret,
    ...{ encryption: encryptionOf(values), backup: backupOf(values, cwd) },
    logLevel: values.logLevel,
    timeouts: {
      ...{ connectMs, firstByteMs, idleMs, totalMs, requestBodyIdleMs, retryDelayMs, shutdownDelayMs, drainMs },
      streamKeepAliveMs: values.streamKeepAliveSeconds * 1000,
    },
    limits: limitsOf(values),
    capacity: capacityOf(values),
    answers: { model: values.answerModel },
    health: healthOf(values),
    edge: edgeOf(values, cwd, parts.acmeCertificates),
    network,
    egress,
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
    console: { directory: directoryOf(values.consoleDirectory, cwd) },
    ...{ metrics: metricsOf(values), logs: logsOf(values, cwd), traces: tracesOf(values) },
    detectOllama: values.detectOllama,
  };
}
