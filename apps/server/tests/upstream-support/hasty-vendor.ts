import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface HastyVendorWork {
  /** 0: straight behind it. */
  readonly closesAfterMs: number;
  readonly how: "end" | "resetAndDestroy";
}

export interface HastyVendor {
  readonly url: string;
  close(): Promise<void>;
}

export async function startHastyVendor(work: HastyVendorWork): Promise<HastyVendor> {
  const thread = new Worker(new URL("./hasty-vendor-thread.ts", import.meta.url), { workerData: work });
  const [port] = (await once(thread, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await thread.terminate();
    },
  };
}
