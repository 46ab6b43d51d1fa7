// The settings of the edge put together, and what of them does not go together.

import type { EdgeSettings } from "./config.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingName, SettingValues } from "./settings.ts";

/** A setting's value, and what set it. */
export type ReadSetting = (name: SettingName) => { readonly value: unknown; readonly origin: string };

export function edgeOf(values: SettingValues): EdgeSettings {
  return {
    trustedProxies: { addresses: values.trustedProxies, header: values.forwardedHeader },
    cors: {
      origins: values.corsOrigins,
      adminOrigins: values.corsAdminOrigins,
      credentials: values.corsCredentials,
      maxAgeSeconds: values.corsMaxAgeSeconds,
    },
    compression: { isEnabled: values.compression, minBytes: values.compressionMinBytes },
  };
}

/** Settings that are right by themselves, and wrong beside others. */
export function findEdgeProblems(read: ReadSetting): readonly ConfigProblem[] {
  const credentials = read("corsCredentials");
  const openOrigins = read("corsOrigins");
  if (credentials.value !== true || !isListWith(openOrigins.value, "*")) return [];
  const message = "cookies are never sent along by pages of every origin";
  return [{ path: credentials.origin, message, hint: `Name the origins instead of \`*\` in ${openOrigins.origin}.` }];
}

function isListWith(value: unknown, entry: string): boolean {
  return Array.isArray(value) && value.includes(entry);
}
