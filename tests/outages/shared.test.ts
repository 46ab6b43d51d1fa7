// Servers with Redis and PostgreSQL lose one of them under a steady load, and get it back.

import { hasRedis } from "../../tools/redis.ts";
import { databaseFaults, redisFaults } from "./faults.ts";
import { describeOutages } from "./suite.ts";

describeOutages({
  isThere: hasRedis(),
  places: [
    { name: "one process with Redis", workers: 1, hasRedis: true },
    { name: "two workers with Redis", workers: 2, hasRedis: true },
  ],
  faults: [...redisFaults, ...databaseFaults],
});
