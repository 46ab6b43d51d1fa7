// Vectors by which kept answers are found, as every engine has to keep them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mostNear } from "#link/meanings.ts";
import type { Meaning, Meanings } from "#link/meanings.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";

const minute = 60_000;

/** In a plane, at so many degrees. */
const at = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

function meaningOf(name: string, degrees: number, change: Partial<Meaning> = {}): Meaning {
  const labels = { alias: "a", key: "k", user: "u" };
  return {
    ...labels,
    name,
    group: "g",
    vector: at(degrees),
    text: `text of ${name}`,
    requestId: `r-${name}`,
    lifetimeMs: 60 * minute,
    ...change,
  };
}

describe.each(linkEngines)("meanings ($name)", ({ start }) => {
  let started: StartedLink;
  let meanings: Meanings;

  const names = async (degrees: number, group = "g"): Promise<readonly string[]> =>
    (await meanings.nearest(group, at(degrees))).map(({ name }) => name);

  beforeEach(async () => {
    started = await start();
    ({ meanings } = started.link);
  });
  afterEach(() => started.close());

  it("tells the nearest first, with how near it is and all that was kept with it", async () => {
    for (const [name, degrees] of Object.entries({ far: 80, near: 10, nearest: 1 }))
      await meanings.keep(meaningOf(name, degrees));
    expect(await names(0)).toEqual(["nearest", "near", "far"]);
    const [first] = await meanings.nearest("g", at(0));
    expect(first).toMatchObject({ text: "text of nearest", requestId: "r-nearest", alias: "a", key: "k", user: "u" });
    expect(first?.similarity).toBeCloseTo(Math.cos(Math.PI / 180), 5);
  });

  it("tells as few as are worth a look", async () => {
    for (let degrees = 1; degrees <= 20; degrees += 1) await meanings.keep(meaningOf(`n${degrees}`, degrees));
    expect(await names(0)).toEqual(Array.from({ length: mostNear }, (_, place) => `n${place + 1}`));
  });

  it("tells those of one group alone", async () => {
    await meanings.keep(meaningOf("one", 1));
    await meanings.keep(meaningOf("other", 1, { group: "h" }));
    expect([await names(0), await names(0, "h"), await names(0, "i")]).toEqual([["one"], ["other"], []]);
  });

  it("compares vectors of one length alone", async () => {
    await meanings.keep(meaningOf("long", 0, { vector: Float32Array.of(1, 0, 0) }));
    expect(await names(0)).toEqual([]);
  });

  it("knows what was kept last under a name, once", async () => {
    await meanings.keep(meaningOf("one", 80));
    await meanings.keep(meaningOf("one", 1, { text: "another" }));
    expect(await meanings.nearest("g", at(0))).toMatchObject([{ name: "one", text: "another" }]);
    expect((await meanings.use()).vectors).toBe(1);
  });

  it("forgets each when its time is over", async () => {
    await meanings.keep(meaningOf("short", 1, { lifetimeMs: minute }));
    await meanings.keep(meaningOf("long", 2));
    await started.advance(minute);
    expect(await names(0)).toEqual(["long"]);
  });

  it("forgets by alias, by key and by user, and all", async () => {
    await meanings.keep(meaningOf("a", 1, { alias: "x" }));
    await meanings.keep(meaningOf("k", 2, { key: "x" }));
    await meanings.keep(meaningOf("u", 3, { user: "x" }));
    await meanings.keep(meaningOf("n", 4));
    await meanings.purge({ alias: "x", key: "x" });
    expect(await names(0)).toHaveLength(4);
    for (const what of [{ alias: "x" }, { key: "x" }, { user: "x" }]) await meanings.purge(what);
    expect(await names(0)).toEqual(["n"]);
    await meanings.purge({});
    expect(await meanings.use()).toMatchObject({ vectors: 0 });
  });

  it("counts how often one was told", async () => {
    meanings.noteTold();
    meanings.noteTold();
    await expect.poll(async () => (await meanings.use()).told).toBe(2);
  });
});

describe.each(linkEngines.slice(0, 1))("meanings in $name", ({ start }) => {
  it("make room by bytes, and by what is compared at a time", async () => {
    const small = await start({ vectorBytes: 20_000 });
    const { meanings } = small.link;
    for (let number = 0; number < 100; number += 1) await meanings.keep(meaningOf(`n${number}`, number));
    const use = await meanings.use();
    expect(use.vectorBytes).toBeLessThanOrEqual(20_000);
    expect(use.vectors).toBeGreaterThan(10);
    expect((await meanings.nearest("g", at(99)))[0]?.name).toBe("n99");
    await small.close();
    const roomy = await start();
    const vector = new Float32Array(8_192).fill(1 / Math.sqrt(8_192));
    for (let number = 0; number < 400; number += 1)
      await roomy.link.meanings.keep(meaningOf(`n${number}`, 0, { vector }));
    expect((await roomy.link.meanings.use()).vectors).toBe(183);
    await roomy.close();
  });
});
