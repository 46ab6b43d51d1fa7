import { expect, it } from "vitest";
import { SignInDamper } from "./sign-in-damper.ts";

function start(
  options: { readonly accountFailures?: number; readonly mostWaiting?: number; readonly capacity?: number } = {},
) {
  const time = { nowMs: 1_000_000 };
  const clock = { now: () => time.nowMs, monotonic: () => time.nowMs };
  const damper = new SignInDamper({ clock, accountFailures: 20, accountIntervalMs: 20, mostWaiting: 2, ...options });
  /** True where the password was looked at. */
  const attempt = async (account: string, address: string, isRight = false): Promise<boolean> => {
    try {
      const one = await damper.begin(account, address);
      if (isRight) one.succeeded();
      one.ended();
      return true;
    } catch {
      return false;
    }
  };
  const judged = async (tries: readonly (readonly [account: string, address: string])[]): Promise<number> => {
    let sum = 0;
    for (const [account, address] of tries) sum += Number(await attempt(account, address));
    return sum;
  };
  return { time, attempt, judged };
}

const many = <Item>(count: number, make: (index: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

it("one address tries an account five times, and its owner signs in from elsewhere meanwhile", async () => {
  const { judged, attempt } = start();
  expect(await judged(many(50, () => ["ada@example.com", "203.0.113.1"]))).toBe(5);
  expect(await attempt("ada@example.com", "203.0.113.1", true)).toBe(false);
  expect(await attempt("ada@example.com", "198.51.100.1", true)).toBe(true);
});

it("spellings of an account are one account", async () => {
  const { judged } = start();
  const spellings = ["ada@example.com", "ADA@example.com", " ada@example.com ", "ａda@example.com"];
  expect(await judged(many(40, (index) => [spellings[index % 4] ?? "", "203.0.113.1"]))).toBe(5);
});

it("one address tries no more than fifty accounts, and a network of IPv6 counts as one", async () => {
  const { judged } = start();
  expect(await judged(many(200, (index) => [`user${index}`, "203.0.113.1"]))).toBe(50);
  expect(await judged(many(200, (index) => [`user${index}`, `2001:db8:1:1::${index.toString(16)}`]))).toBe(50);
  expect(await judged(many(900, (index) => [`other${index}`, `2001:db8:2:${index.toString(16)}::1`]))).toBe(500);
});

it("an account takes only so many failures from all addresses together, then one at a time by who has not failed", async () => {
  const { attempt, time } = start({ accountFailures: 20 });
  for (let index = 0; index < 20; index += 1) expect(await attempt("ada", `203.0.113.${index}`)).toBe(true);
  expect(await attempt("ada", "203.0.113.1")).toBe(false);
  const startedAt = performance.now();
  expect(await attempt("ada", "198.51.100.1", true)).toBe(true);
  expect(performance.now() - startedAt).toBeGreaterThan(15);
  const crowd = await Promise.all(many(10, (index) => attempt("ada", `192.0.2.${index}`)));
  expect(crowd.filter(Boolean)).toHaveLength(2);
  expect(await attempt("bob", "203.0.113.1")).toBe(true);
  time.nowMs += 20 * 25;
  expect(await attempt("ada", "192.0.2.77")).toBe(true);
});

it("who has signed in from a network gets in from there, whatever strangers do elsewhere or beside", async () => {
  const { attempt, judged, time } = start({ accountFailures: 5 });
  expect(await attempt("ada", "198.51.100.1", true)).toBe(true);
  await Promise.all(many(50, (index) => attempt("ada", `203.0.113.${index}`)));
  await judged(many(100, (index) => [`user${index}`, "198.51.100.1"]));
  expect(await attempt("ada", "198.51.100.1", true)).toBe(true);
  expect(await judged(many(50, () => ["ada", "198.51.100.1"]))).toBe(10);
  time.nowMs += 30_001;
  expect(await attempt("ada", "198.51.100.1", true)).toBe(true);
});

it("tries at once are no more tries", async () => {
  const { attempt } = start();
  const crowd = await Promise.all(many(50, () => attempt("ada", "203.0.113.1")));
  expect(crowd.filter(Boolean).length).toBeLessThanOrEqual(5);
});

it("no flood of accounts ends a wait", async () => {
  const { attempt, judged } = start({ capacity: 100 });
  await judged(many(6, () => ["ada", "203.0.113.1"]));
  await judged(many(1_000, (index) => [`user${index}`, `198.51.${index % 250}.${Math.floor(index / 250)}`]));
  expect(await attempt("ada", "203.0.113.1")).toBe(false);
});
