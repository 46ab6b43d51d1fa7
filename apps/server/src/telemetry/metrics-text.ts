// What Prometheus reads. Called by metrics.ts, and by workers for all of them together.

import { Registry } from "prom-client";

/** The text is large, takes some ms to write, and anybody may ask for it again and again. */
const textLifetimeMs = 500;

export interface MetricsText {
  readonly text: Buffer;
  readonly contentType: string;
}

export async function textOf(...registries: readonly Registry[]): Promise<MetricsText> {
  const texts = await Promise.all(registries.map((registry) => registry.metrics()));
  return { text: Buffer.from(texts.join("\n")), contentType: Registry.PROMETHEUS_CONTENT_TYPE };
}

/** Answers the text as it was less than half a second ago, without writing it anew. */
export function rememberText(write: () => Promise<MetricsText>) {
  let writtenAt = -Infinity;
  let written: Promise<MetricsText> | null = null;
  /** `now` is of a monotonic clock. */
  return (now: number): Promise<MetricsText> => {
    if (written === null || now - writtenAt >= textLifetimeMs) {
      writtenAt = now;
      written = write();
    }
    return written;
  };
}
