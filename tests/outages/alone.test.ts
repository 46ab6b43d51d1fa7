// Servers that count limits and budgets themselves lose PostgreSQL under a steady load, and get it back.

import { databaseFaults } from "./faults.ts";
import { describeOutages } from "./suite.ts";

describeOutages({
  isThere: true,
  places: [
    { name: "one process without Redis", workers: 1, hasRedis: false },
    { name: "two workers without Redis", workers: 2, hasRedis: false },
  ],
  faults: databaseFaults,
});
