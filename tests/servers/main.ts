// npm run test:servers [-- vitest's arguments]: a real llama.cpp server and a scripted Ollama behind the gateway. Beside
// `npm test`, because of what it installs.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
