import type { HealthSettings } from "./config.ts";
import type { SettingValues } from "./settings.ts";

export function healthOf(values: SettingValues): HealthSettings {
  return {
    restMs: values.healthRestMs,
    longestRestMs: values.healthLongestRestMs,
    parkMs: values.healthParkMs,
    windowMs: values.healthWindowMs,
    failurePercent: values.healthFailurePercent,
    leastRequests: values.healthLeastRequests,
    slowStreamMs: values.healthSlowStreamMs,
    slowAnswerMs: values.healthSlowAnswerMs,
    checkMs: values.healthCheckMs,
  };
}
