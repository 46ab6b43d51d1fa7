import { fork } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ask, hello } from "./testing/client.ts";

test("in its own process it takes orders over HTTP and ends with its parent's channel", async () => {
  const child = fork(new URL("./main.ts", import.meta.url), { silent: true });
  const [line] = await once(child.stdout ?? child, "data");
  const { url } = JSON.parse(String(line));
  const order = (method: string, name: string, body?: unknown) => ask(url, { path: `/__fake/${name}`, method, body });

  const script = { kind: "slow-headers", delayMs: 1, of: { kind: "answer", text: "ordered" } };
  expect((await order("POST", "script", script)).status).toBe(200);
  expect((await ask(url, { body: hello })).text).toBe("ordered");
  const refused = await order("POST", "script", { kind: "cut", after: "headers", of: { kind: "unheard" } });
  expect(refused).toMatchObject({ status: 400, text: expect.stringContaining("slow-headers") });

  const received = JSON.parse((await order("GET", "received")).text);
  expect(received).toMatchObject([{ method: "POST", answered: true, aborted: false, text: JSON.stringify(hello) }]);
  expect(JSON.parse((await order("GET", "sockets")).text)).toEqual({ open: 0 });
  await order("POST", "clear");
  expect(JSON.parse((await order("GET", "received")).text)).toEqual([]);
  expect((await ask(url, { body: hello })).text).toContain("You said");
  expect((await order("GET", "nothing")).status).toBe(404);

  child.disconnect();
  expect(await once(child, "exit")).toEqual([0, null]);
});
