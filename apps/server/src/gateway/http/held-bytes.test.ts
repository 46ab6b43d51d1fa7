import { describe, expect, it } from "vitest";
import { HeldBytes, Hold } from "./held-bytes.ts";

const kibibyte = 1024;
const shares = { heldBytesPerKey: 400 * kibibyte, heldBytesPerAddress: 600 * kibibyte };

function makeHolds(capacity: Partial<HeldBytes["capacity"]> = {}) {
  const all = new HeldBytes({ heldBytes: 800 * kibibyte, ...shares, ...capacity });
  const hold = (key: string | null, address = "a"): Hold => {
    const made = new Hold(all, () => address);
    made.key = key;
    return made;
  };
  return { all, hold };
}

describe("what is held", () => {
  it("is counted for the key and the address once it is large, with what came before", () => {
    const { all, hold } = makeHolds();
    const grown = hold("k");
    for (let turn = 0; turn < 10; turn += 1) expect(grown.grow(40 * kibibyte)).toBeNull();
    expect(grown.grow(1)?.code).toBe("rate_limit_exceeded");
    expect(all.total).toBe(400 * kibibyte);
    expect(hold("k").become(100 * kibibyte)?.code).toBe("rate_limit_exceeded");
    expect(hold("k").become(60 * kibibyte)).toBeNull();
  });

  it("is given back whole, and nothing is taken afterwards", () => {
    const { all, hold } = makeHolds();
    const one = hold("k");
    one.become(300 * kibibyte);
    one.become(10);
    one.become(200 * kibibyte);
    one.release();
    one.release();
    expect(one.grow(50)).toBeNull();
    expect(all.total).toBe(0);
    expect(hold("k").become(400 * kibibyte)).toBeNull();
  });

  it("leaves an eighth for what is small, and nothing for what is not", () => {
    const { all, hold } = makeHolds();
    expect(hold(null, "a").become(600 * kibibyte)).toBeNull();
    expect(hold(null, "b").become(101 * kibibyte)?.code).toBe("service_unavailable");
    expect(hold(null, "b").become(100 * kibibyte)).toBeNull();
    const small = Array.from({ length: 100 }, () => hold("k", "a").become(10 * kibibyte));
    expect(small.filter((refusal) => refusal === null)).toHaveLength(10);
    expect(all.total).toBe(800 * kibibyte);
  });

  it("may be more than a share where it is alone", () => {
    const { hold } = makeHolds({ heldBytes: kibibyte });
    expect(hold("k").become(5_000 * kibibyte)).toBeNull();
    expect(hold("k").become(kibibyte)?.code).toBe("service_unavailable");
  });
});
