// What processes tell each other, as every engine of link has to pass it on.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Signal, Signals } from "#link/signals.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";
import { pause } from "./support/stage.ts";

const changed = { kind: "snapshot_changed" } as const;
const withdrawn = { kind: "right_withdrawn", right: { kind: "key", id: "k" } } as const;

describe.each(linkEngines)("signals ($name)", ({ start }) => {
  let started: StartedLink;
  let signals: Signals;

  beforeEach(async () => {
    started = await start();
    ({ signals } = started.link);
  });

  afterEach(() => started.close());

  it("come to all that listen for their kind, as long as they do", async () => {
    const heard: [string, Signal][] = [];
    const stop = signals.listen("right_withdrawn", (signal) => void heard.push(["first", signal]));
    signals.listen("right_withdrawn", (signal) => void heard.push(["second", signal]));
    signals.listen("snapshot_changed", (signal) => void heard.push(["third", signal]));
    await signals.send(withdrawn);
    expect(heard).toEqual([
      ["first", withdrawn],
      ["second", withdrawn],
    ]);
    stop();
    await signals.send(withdrawn);
    await signals.send(changed);
    expect(heard.slice(2)).toEqual([
      ["second", withdrawn],
      ["third", changed],
    ]);
  });

  it("have been heeded when sending them resolves, and are heeded beside each other", async () => {
    const done: string[] = [];
    signals.listen("snapshot_changed", async () => {
      await pause(20);
      done.push("slow");
    });
    signals.listen("snapshot_changed", () => void done.push("fast"));
    await signals.send(changed);
    expect(done).toEqual(["fast", "slow"]);
  });

  it("say to their sender what went wrong, when all others have heeded them", async () => {
    const done: string[] = [];
    signals.listen("snapshot_changed", () => {
      throw new Error("the store does not answer");
    });
    signals.listen("snapshot_changed", async () => {
      await pause(10);
      done.push("other");
    });
    await expect(signals.send(changed)).rejects.toThrow("the store does not answer");
    expect(done).toEqual(["other"]);
  });

  it("need nobody who listens", async () => {
    await expect(signals.send(withdrawn)).resolves.toBeUndefined();
  });
});
