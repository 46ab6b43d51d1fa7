import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("./streams.ts", import.meta.url));

async function runStreams(url: string, more: readonly string[]): Promise<unknown> {
  const load = ["--streams", "5", "--chunks", "10", "--seconds", "0.5", "--ramp-ms", "20"];
  const parameters = [script, "--target", url, "--upstream", url, ...load, ...more];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  return JSON.parse(stdout);
}

test("streams.ts prints what became of the streams, and of the vendor's connections when the clients vanish", async () => {
  const upstream = await startFakeUpstream({ control: true });
  expect(await runStreams(upstream.url, [])).toMatchObject({
    streams: 5,
    completed: 5,
    stalls: 0,
    direct: { completed: 5 },
    addedMaxGapMs: expect.any(Number),
  });
  expect(await runStreams(upstream.url, ["--vanish"])).toMatchObject({ completed: 0, vanish: true, openAfter: 0 });
  expect(upstream.received.filter((request) => request.aborted)).toHaveLength(5);
  await upstream.close();
});
