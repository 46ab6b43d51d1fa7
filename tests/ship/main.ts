// npm run test:ship: what stands in deploy/, by the tools that read it. Beside `npm test`, because of what it installs: tools from PyPI and
// from Go's modules, and a Debian of its own (debootstrap) in which the steps of the image are taken.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
