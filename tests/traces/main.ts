// npm run test:traces: a real collector of OpenTelemetry and Arize Phoenix read the traces of a started server. Beside `npm test`, because of
// what it installs: the collector is built by Go from its modules, Phoenix comes from PyPI.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
