// What happens at some time is waited for.

import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 45_000;

/** The first answer that is one: neither null, undefined, false nor empty. */
export async function hopeFor<Value>(
  what: string,
  look: () => Value | Promise<Value>,
): Promise<NonNullable<Exclude<Value, false>>> {
  const deadline = performance.now() + patienceMs;
  let fault: unknown = null;
  while (performance.now() < deadline) {
    try {
      const value = await look();
      if (value !== null && value !== undefined && value !== false && value !== "") {
        return value as NonNullable<Exclude<Value, false>>;
      }
    } catch (error) {
      fault = error;
    }
    await sleep(100);
  }
  throw new Error(`there is not ${what}`, { cause: fault });
}
