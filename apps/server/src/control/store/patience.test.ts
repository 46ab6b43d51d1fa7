import { describe, expect, it } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { Patience } from "./patience.ts";

const patience = new Patience();

describe("the patience for a database", () => {
  it("is used up by what follows each other", async () => {
    const asked = patience.within(200, async () => {
      for (let time = 0; time < 5; time += 1) await patience.wait(sleep(90));
    });
    await expect(asked).rejects.toMatchObject({ code: "service_unavailable" });
  });

  it("is used up once by what runs at the same time", async () => {
    const asked = patience.within(5_000, async () => {
      await Promise.all(Array.from({ length: 200 }, () => patience.wait(sleep(50))));
      await patience.wait(sleep(50));
      return "answered";
    });
    expect(await asked).toBe("answered");
  });

  it("is over for all that runs at the same time, however late it began", async () => {
    let given = 0;
    const asked = patience.within(100, async () => {
      const one = patience.wait(sleep(10_000, null, { ref: false }), () => (given += 1));
      await sleep(60);
      const startedAt = performance.now();
      const other = patience.wait(sleep(10_000, null, { ref: false }), () => (given += 1));
      const [first, second] = await Promise.allSettled([one, other]);
      return [first.status, second.status, performance.now() - startedAt < 5_000];
    });
    expect(await asked).toEqual(["rejected", "rejected", true]);
    expect(given).toBe(2);
  });
});
