// npm run test:agents [-- vitest's arguments]: installs the agents, runs them against fake vendors, and closes with
// `N passed, N failed`. Beside `npm test`, because of what they weigh.

import { runSuites } from "../support/closing-run.ts";
import { installAgents } from "./install.ts";

installAgents();
runSuites(import.meta.dirname);
