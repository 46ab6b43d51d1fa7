// Who may see how the server is.

import { flag, host, integer, optional, secret } from "./kinds.ts";
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
  metricsPort: setting({
    path: "metrics.port",
    variable: "GHOSTLLM_METRICS_PORT",
    kind: optional(integer({ min: 0, max: 65_535 })),
    default: null,
    help: "Port for `/metrics` alone, beside that of the server, over plain HTTP: for a network that clients do not reach. It takes the token of metrics and no other key, and where there is no token its own machine alone reaches it, unless `metrics.open` is set.",
    read: ({ metrics }) => metrics.port,
  }),
  metricsHost: setting({
    path: "metrics.host",
    variable: "GHOSTLLM_METRICS_HOST",
    kind: optional(host),
    default: null,
    help: "Address of that port. Unset: that of `server.host`.",
    read: ({ metrics }) => metrics.host,
  }),
  metricsNames: setting({
    path: "metrics.names",
    variable: "GHOSTLLM_METRICS_NAMES",
    kind: integer({ min: 1, max: 100_000 }),
    default: 200,
    help: "So many models, providers, aliases and teams are each told apart in the labels of metrics; those that come later are `other`. Prometheus keeps some 50 series for each model.",
    read: ({ metrics }) => metrics.mostNames,
  }),
};
