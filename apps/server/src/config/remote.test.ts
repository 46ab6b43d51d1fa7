import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hasChanged, readAnew } from "./remote.ts";

let server: Server;
let url: string;
let text = "log_level: warn\n";
const seen: (readonly [string | undefined, string | undefined, string | undefined])[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { method, headers } = request;
    const etag = `"${text.length}-${text.slice(11, 15)}"`;
    seen.push([method, headers.authorization?.split(" ")[0], headers["if-none-match"]]);
    if (request.url?.includes("none") === true) return void response.writeHead(404).end();
    if (headers["if-none-match"] === etag) return void response.writeHead(304, { etag }).end();
    response.writeHead(200, { etag, "content-length": Buffer.byteLength(text) });
    response.end(method === "HEAD" ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const s3 = (): Record<string, string> => ({
  ...{ AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret", AWS_ENDPOINT_URL_S3: url },
  GHOSTLLM_CONFIG: "s3://bucket/deploy/ghostllm.yaml",
});

it.each([
  ["a URL", () => ({ GHOSTLLM_CONFIG: `${url}/deploy/ghostllm.yaml`, GHOSTLLM_CONFIG_TOKEN: "t" }), "Bearer"],
  ["a bucket", s3, "AWS4-HMAC-SHA256"],
])("reads a file at %s, and learns by its ETag whether there is another one", async (_, environment, scheme) => {
  text = "log_level: warn\n";
  const { config, file, origins, sources } = await readAnew({ environment: environment(), cwd: "/nonexistent" });
  expect([config.logLevel, origins.logLevel]).toEqual(["warn", "ghostllm.yaml:1"]);
  expect(file).toBe(environment().GHOSTLLM_CONFIG);
  expect(seen.at(-1)?.[1]).toBe(scheme);
  expect(await hasChanged(sources)).toBe(false);
  text = "log_level: info\n";
  expect(await hasChanged(sources)).toBe(true);
  expect((await readAnew(sources)).config.logLevel).toBe("info");
});

it("says what keeps it from being read", async () => {
  const read = (environment: Record<string, string>) => readAnew({ environment, cwd: "/nonexistent" });
  await expect(read({ GHOSTLLM_CONFIG: `${url}/none.yaml` })).rejects.toThrow(/GHOSTLLM_CONFIG: .*HTTP 404/);
  await expect(read({ ...s3(), AWS_ACCESS_KEY_ID: "" })).rejects.toThrow("AWS_ACCESS_KEY_ID is not set");
});
