import { URI } from "otpauth";

/** As an app tells them that was told `otpauth://`: now, or so much later. */
export function codeOf(uri: string, aheadMs = 0): string {
  return URI.parse(uri).generate({ timestamp: Date.now() + aheadMs });
}
