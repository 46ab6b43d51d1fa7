// Who may see how the server is.

import { flag, optional, secret } from "./kinds.ts";
import { setting } from "./setting.ts";

export const metricsSettings = {
  metricsToken: setting({
    path: "metrics.token",
    variable: "GHOSTLLM_METRICS_TOKEN",
    kind: optional(secret),
    default: null,
    advisedLength: 16,
    help: "Token that `/metrics` and `/status` want as `Authorization: Bearer`, for Prometheus; an admin key opens them, too.",
    read: ({ metrics }) => metrics.token,
  }),
  metricsOpen: setting({
    path: "metrics.open",
    variable: "GHOSTLLM_METRICS_OPEN",
    kind: flag,
    default: false,
    help: "Anybody may read `/metrics` and `/status`, also where the server is reached from other machines. On `localhost` anybody may, unless there is a token.",
    read: ({ metrics }) => metrics.isOpen,
  }),
};
