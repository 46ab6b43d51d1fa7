// Values of options, checked before anything is asked of the server.

import { InvalidArgumentError } from "commander";

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Give a whole number above 0.");
}

/** `name=value`, given once or more often. */
export function collectSetting(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("Give name=value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export interface LimitOptions {
  readonly rpm?: number;
  readonly tpm?: number;
  readonly concurrent?: number;
}

export function toLimits({ rpm, tpm, concurrent }: LimitOptions) {
  return {
    ...(rpm !== undefined && { requests_per_minute: rpm }),
    ...(tpm !== undefined && { tokens_per_minute: tpm }),
    ...(concurrent !== undefined && { concurrent_requests: concurrent }),
  };
}
