// What the machine receives and sends over its network, as Linux counts it; elsewhere nobody tells.

import { readFile } from "node:fs/promises";

export interface NetworkTraffic {
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
}

interface Counted {
  readonly received: number;
  readonly sent: number;
}

const countersPath = "/proc/net/dev";
/** Of a line behind the name of its interface: bytes received, seven more of what was received, bytes sent. */
const sentPlace = 8;

/** Of all interfaces together. What the machine says to itself is left out. */
export function countTraffic(text: string): Counted {
  const lines = text.split("\n").flatMap((line) => {
    const [name = "", counters] = line.trim().split(":", 2);
    return counters === undefined || name === "lo" ? [] : [counters.trim().split(/\s+/).map(Number)];
  });
  const sumAt = (place: number): number => lines.reduce((sum, counters) => sum + (counters[place] ?? 0), 0);
  return { received: sumAt(0), sent: sumAt(sentPlace) };
}

export class NetworkMeter {
  #before: (Counted & { readonly at: number }) | null = null;
  #traffic: NetworkTraffic | null = null;

  /** Null until it was measured twice, and where it cannot be. */
  get traffic(): NetworkTraffic | null {
    return this.#traffic;
  }

  async measure(): Promise<void> {
    const text = await readFile(countersPath, "utf8").catch(() => null);
    if (text === null) return;
    const now = { ...countTraffic(text), at: performance.now() };
    const before = this.#before;
    this.#before = now;
    if (before === null) return;
    const perSecond = (from: number, to: number): number =>
      Math.max(0, Math.round(((to - from) * 1000) / (now.at - before.at)));
    this.#traffic = {
      receivedPerSecond: perSecond(before.received, now.received),
      sentPerSecond: perSecond(before.sent, now.sent),
    };
  }
}
