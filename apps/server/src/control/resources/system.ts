import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import type { SeenInstance } from "#control/store/instances.ts";
import { diskOf } from "#control/system/machine-figures.ts";
import type { PartHealth } from "#link/health.ts";
import { declaredRoutesOf, toApiProblem } from "./declared.ts";
import { fileRoutesOf } from "./configuration-file.ts";
import { toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type SystemDeps = Pick<
  ResourceDependencies,
  | "store"
  | "registry"
  | "journal"
  | "health"
  | "monitor"
  | "configuration"
  | "declared"
  | "lookingOn"
  | "dataDir"
  | "version"
  | "log"
>;

export function createSystemResource(deps: SystemDeps): Resource<"system"> {
  const { monitor, journal, configuration, version } = deps;
  return {
    async read() {
      const parts = await deps.health.parts();
      const { p50, p99, max } = monitor.loopDelay;
      return {
        ...{ version, node_version: process.versions.node, platform: `${process.platform}-${process.arch}` },
        ...{ started_at: toTime(monitor.startedAt), uptime_seconds: Math.round(process.uptime()) },
        cpu: { cores: availableParallelism(), percent: monitor.cpuPercent, load_1m: loadavg()[0] ?? 0 },
        memory: memoryNow(monitor.bufferBytes),
        disk: await diskAt(deps.dataDir),
        network: networkOf(monitor),
        event_loop: { p50_ms: p50, p99_ms: p99, max_ms: max },
        journal: {
          healthy: journal.healthy(),
          pending_records: journal.pendingRecords,
          pending_bytes: journal.pendingBytes,
        },
        database: await databaseOf(deps, parts.get("store")),
        ...(await instancesOf(deps)),
        parts: [...parts].map(([name, { isHealthy, detail }]) => ({ name, healthy: isHealthy, detail })),
        looking_on: deps.lookingOn(),
      };
    },

    configuration: async () => ({
      file: configuration.file,
      read_at: toTime(configuration.readAt),
      problems: configuration.problems.map(toApiProblem),
      settings: configuration.settings.map(({ isLive, ...one }) => ({ ...one, is_live: isLive })),
      providers: configuration.providers.map(({ credential, ...provider }) => ({
        ...provider,
        has_credential: credential !== null,
      })),
    }),
    ...fileRoutesOf(deps),
    ...declaredRoutesOf(deps),
  };
}

function memoryNow(bufferBytes: number) {
  const { rss, heapUsed } = process.memoryUsage();
  const machine = { machine_total_bytes: totalmem(), machine_free_bytes: freemem() };
  return { rss_bytes: rss, heap_used_bytes: heapUsed, buffers_bytes: bufferBytes, ...machine };
}

function networkOf({ network }: SystemDeps["monitor"]) {
  if (network === null) return null;
  return { received_bytes_per_second: network.receivedPerSecond, sent_bytes_per_second: network.sentPerSecond };
}

async function diskAt(path: string) {
  const disk = await diskOf(path);
  return disk === null ? null : { path, total_bytes: disk.total, free_bytes: disk.free };
}

/** Its health is what the watch of the store saw last; a database that is away must not take the page with it. */
async function databaseOf({ store }: SystemDeps, seen: PartHealth | undefined) {
  const size = await store.size().catch(() => null);
  const detail = seen?.detail ?? (size === null ? "it does not answer" : store.engine);
  const healthy = (seen?.isHealthy ?? true) && size !== null;
  return { kind: store.engine, healthy, detail, size_bytes: size, replica: replicaOf(store) };
}

function replicaOf(store: SystemDeps["store"]) {
  const state = store.replica();
  if (state === null) return null;
  const { isRead, isWell, lagMs, detail } = state;
  return { in_use: isRead, healthy: isWell, lag_ms: lagMs, detail };
}

async function instancesOf({ store, registry }: SystemDeps) {
  const [instances, leases] = await Promise.all([
    registry.list().catch(() => null),
    store.leases.list().catch(() => null),
  ]);
  return {
    instances: instances?.map((one) => toApiInstance(one, registry)) ?? null,
    leases:
      leases?.map(({ name, holder, heldSince }) => ({
        name,
        holder: holder === "" ? null : holder,
        held_since: holder === "" ? null : toTime(heldSince),
      })) ?? null,
  };
}

function toApiInstance(one: SeenInstance, registry: SystemDeps["registry"]) {
  return {
    ...{ id: one.id, is_this: one.id === registry.instance.id, host: one.host, process_id: one.processId },
    ...{ version: one.version, services: [...one.services], workers: one.workers },
    ...{ started_at: toTime(one.startedAt), seen_at: toTime(one.seenAt), alive: registry.isAlive(one) },
  };
}
