// npm run test:kafka [-- vitest's arguments]: a real Kafka broker that is told events, and is killed. Beside
// `npm test`, because of what it needs: Java 17, and Maven, which brings the broker.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
