// The connections to Redis: one for commands, one that listens. Only files of this folder know whose client it is.
// Invariant: no command is sent twice and none waits for a connection, so that what has failed is known soon; it may have been
// carried out all the same, which the scripts allow for.

import { Cluster, Redis } from "ioredis";
import type { RedisOptions } from "ioredis";
import type { RedisAddress } from "#domain/redis-address.ts";

export type RedisConnection = Redis | Cluster;
type Options = Omit<RedisOptions, "replyMapping">;

export interface ConnectionOptions {
  readonly address: RedisAddress;
  /** In PEM, beside what Node knows. */
  readonly certificates: string | null;
  readonly commandTimeoutMs: number;
}

/** Twice as long without a word from the server: then the connection is of no use, though it stands. */
const silenceFactor = 3;
const longestPauseMs = 500;
const connectTimeoutMs = 1_000;

const pauseBeforeRetry = (tries: number): number => Math.min(longestPauseMs, 50 * tries);

/** Connects when it is told to, and from then on again and again. */
export function createConnection(options: ConnectionOptions, isListener = false): RedisConnection {
  const { address } = options;
  const common = optionsOf(options, isListener);
  if (address.kind === "cluster") {
    return new Cluster([...address.hosts], {
      lazyConnect: true,
      enableOfflineQueue: false,
      redisOptions: common,
      clusterRetryStrategy: pauseBeforeRetry,
      slotsRefreshTimeout: connectTimeoutMs,
      slotsRefreshInterval: 5_000,
    });
  }
  const single: Options = { ...common, lazyConnect: true, enableOfflineQueue: false, retryStrategy: pauseBeforeRetry };
  if (address.kind === "single") {
    const direct: Options = { ...single, ...address.hosts[0], db: address.database };
    return new Redis(direct);
  }
  const found: Options = {
    ...single,
    ...sentinelOptions(options),
    db: address.database,
    sentinels: [...address.hosts],
    name: address.masterName,
    // Otherwise a planned failover costs ten seconds of what is counted.
    failoverDetector: true,
    sentinelRetryStrategy: pauseBeforeRetry,
    sentinelCommandTimeout: connectTimeoutMs,
  };
  return new Redis(found);
}

function optionsOf({ address, certificates, commandTimeoutMs }: ConnectionOptions, isListener: boolean) {
  const { username, password, isEncrypted } = address;
  return {
    connectionName: isListener ? "ghostllm-signals" : "ghostllm",
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 100,
    maxRetriesPerRequest: 0,
    keepAlive: 5_000,
    ...(username !== null && { username }),
    ...(password !== null && { password: password.reveal() }),
    ...(isEncrypted && { tls: certificates === null ? {} : { ca: certificates } }),
    ...(!isListener && { commandTimeout: commandTimeoutMs, socketTimeout: silenceFactor * commandTimeoutMs }),
  };
}

function sentinelOptions({ address, certificates }: ConnectionOptions): Options {
  const { sentinelPassword, isEncrypted } = address;
  return {
    ...(sentinelPassword !== null && { sentinelPassword: sentinelPassword.reveal() }),
    ...(isEncrypted && {
      enableTLSForSentinelMode: true,
      sentinelTLS: certificates === null ? {} : { ca: certificates },
    }),
  };
}
