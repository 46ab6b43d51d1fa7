// npm run test:import: a LiteLLM proxy's database, made by LiteLLM's own migrations, is moved over, and LiteLLM's own client asks the server.
// Beside `npm test`, because of what it installs.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
