// Redis is gone.

import { availableEngines } from "../../../apps/server/tests/store-support/engines.ts";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import { startServer } from "../../support/server.ts";
import { metricsOf } from "../busy-server.ts";
import type { Place } from "../causes.ts";

export async function startRedisPlace(): Promise<Place | null> {
  const engine = availableEngines().find(({ name }) => /postgres/i.test(name));
  if (engine === undefined || !hasRedis()) return null;
  const [database, redis] = await Promise.all([engine.create(), startRedis()]);
  const server = await startServer({
    databaseUrl: database.databaseUrl,
    environment: { REDIS_URL: redis.url, GHOSTLLM_METRICS_PORT: "0", LOG_LEVEL: "fatal" },
  });
  return {
    target: metricsOf(server),
    begin: () => redis.kill(),
    end: () => redis.start(),
    async close() {
      await server.stop();
      await redis.dispose();
      await database.dispose();
    },
  };
}
