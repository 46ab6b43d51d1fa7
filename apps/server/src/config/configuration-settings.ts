// How the configuration file itself is followed.

import { duration } from "./kinds.ts";
import { setting } from "./setting.ts";

export const configurationSettings = {
  configurationPollMs: setting({
    path: "configuration.poll_ms",
    isLive: true,
    variable: "GHOSTLLM_CONFIG_POLL_MS",
    kind: duration,
    default: 30_000,
    help: "How often a configuration file at a URL is asked for again. One on this machine is looked at every second.",
    read: ({ configuration }) => configuration.pollMs,
  }),
};
