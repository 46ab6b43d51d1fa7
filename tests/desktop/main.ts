// npm run test:desktop: the desktop application in a session of its own (Xvfb, D-Bus, a keychain), against real servers. Beside `npm test`,
// because of what it installs: libraries of the system (apt, as root) and tauri-driver (cargo). Pictures are left in tests/desktop/dist.

import { runSuites } from "../support/closing-run.ts";

runSuites(import.meta.dirname);
