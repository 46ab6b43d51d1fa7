// npm run test:openwebui: Open WebUI (Python) before a started server. Beside `npm test`, because of what it installs.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
