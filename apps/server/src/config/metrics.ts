// Who may read metrics, and where; and what of that does not go together.

import { Secret } from "#domain/secret.ts";
import type { ReadSetting } from "./read-setting.ts";
import type { MetricsSettings } from "./observing.ts";
import type { ConfigProblem } from "./problems.ts";
import { isLoopbackHost } from "./security.ts";
import type { SettingValues } from "./settings.ts";
import { bitsOf } from "./strength.ts";

const neededBits = 64;

export function metricsOf(values: SettingValues): MetricsSettings {
  return {
    ...{ isOpen: values.metricsOpen, token: values.metricsToken, mostNames: values.metricsNames },
    ...{ port: values.metricsPort, host: values.metricsHost },
  };
}

/** A port that other machines reach, and that nobody or everybody could read. */
export function findMetricsProblems(read: ReadSetting): readonly ConfigProblem[] {
  const [port, token] = [read("metricsPort"), read("metricsToken").value];
  const host = read("metricsHost").value ?? read("host").value;
  if (port.value === null || typeof host !== "string" || isLoopbackHost(host) || read("metricsOpen").value === true)
    return [];
  const hint = "Set metrics.token to what `openssl rand -base64 32` says, or metrics.open to true.";
  if (!(token instanceof Secret))
    return [{ path: port.origin, message: "other machines can reach this port, and there is no token for it", hint }];
  if (bitsOf(token.reveal()) >= neededBits) return [];
  const message = "metrics.token is easy to guess, and other machines can reach this port";
  return [{ path: port.origin, message, hint }];
}
