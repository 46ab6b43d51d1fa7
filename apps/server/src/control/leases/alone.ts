import type { Leases } from "./leases.ts";

/** Does something once, while no other instance does anything under this name. Rejects as it does. */
export function alone<Result>(leases: Leases, name: string, run: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    let isDone = false;
    const stop = leases.run(name, async () => {
      // A lease that is held goes on with its work until it is given back.
      if (isDone) return;
      isDone = true;
      await run().then(resolve, reject);
      void stop();
    });
  });
}
