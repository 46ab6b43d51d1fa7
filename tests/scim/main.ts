// npm run test:scim: scim2-tester (Python) against a started server. Beside `npm test`, because of what it installs.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
