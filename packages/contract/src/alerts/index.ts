// The alerts. Each has its reason caused in tests/observability/alerts.test.ts, and its bounds held in `promtool test rules`.

import type { Alert } from "./alert.ts";
import { moneyAlerts, requestAlerts } from "./gateway-alerts.ts";
import { systemAlerts } from "./system-alerts.ts";

export { alertBounds } from "./alert.ts";
export type { Alert, AlertSeverity, OwnAlert } from "./alert.ts";
export { ownAlerts } from "./own-alerts.ts";

export const alerts: readonly Alert[] = [...requestAlerts, ...moneyAlerts, ...systemAlerts];
