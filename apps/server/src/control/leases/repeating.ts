import { setTimeout as sleep } from "node:timers/promises";
import type { Work } from "./leased-work.ts";

export interface Rhythm {
  /** From the end of one time to the beginning of the next. */
  readonly everyMs: number;
  /** Before the first one. */
  readonly firstMs: number;
}

/** Work that is done from time to time, for as long as the lease is held. */
export function repeating({ everyMs, firstMs }: Rhythm, once: Work): Work {
  return async (held) => {
    for (let pauseMs = firstMs; held.holds(); pauseMs = everyMs) {
      await sleep(pauseMs, undefined, { signal: held.signal, ref: false });
      if (held.holds()) await once(held);
    }
  };
}
