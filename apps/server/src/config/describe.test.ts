import { describe, expect, it } from "vitest";

import { describeConfig } from "./describe.ts";
import { inspectConfig } from "./load.ts";
import { settings } from "./settings.ts";

it("shows every setting with its origin, and no secret", () => {
  const environment = { SERVER_PORT: "81", JWT_SECRET: "s3cr3t-".repeat(6), GROQ_API_KEY: "gsk-1" };
  const { config, origins } = inspectConfig({ environment, cwd: "/", readFile: () => null });
  const shown = describeConfig(config, origins);
  expect(shown.settings.map(({ path }) => path)).toEqual(Object.values(settings).map(({ path }) => path));
  expect(shown.settings).toContainEqual({
    path: "server.port",
    variable: "SERVER_PORT",
    value: 81,
    origin: "SERVER_PORT",
    help: settings.port.help,
    isLive: settings.port.path === "log_level",
  });
  expect(shown.settings).toContainEqual({
    path: "jwt_secret",
    variable: "JWT_SECRET",
    value: "[secret]",
    origin: "JWT_SECRET",
    help: settings.jwtSecret.help,
    isLive: settings.jwtSecret.path === "log_level",
  });
  expect(shown.settings).toContainEqual({
    path: "database_url",
    variable: "DATABASE_URL",
    value: null,
    origin: "default",
    help: settings.databaseUrl.help,
    isLive: settings.databaseUrl.path === "log_level",
  });
  expect(shown.providers).toMatchObject([{ name: "groq", credential: "[secret]", origin: "GROQ_API_KEY" }]);
  expect(JSON.stringify(shown)).not.toMatch(/s3cr3t|gsk-1/);
  expect(structuredClone(shown)).toEqual(shown);
});

/** Where a password can be, and as what a whole setting may be one. */
const canary = "Cn4ry7QmZx2LwT9vKd";
const shapes = [
  canary,
  `https://user:${canary}@host.example.com/path`,
  `https://host.example.com/path?token=${canary}`,
  `postgres://user:${canary}@host.example.com/db`,
  ...[`redis://:${canary}@host.example.com:6379`, `nats://user:${canary}@host.example.com:4222`],
  ...[`smtp://user:${canary}@host.example.com`, `smtps://user:${canary}@host.example.com`],
  ...[`vault:https://user:${canary}@host.example.com/transit/key`, `http://user:${canary}@proxy.example.com:3128`],
  `user:${canary}@host.example.com:9092`,
];
const isWhole = (shape: string): boolean => shape === canary;

/** Of names, paths and numbers none is a password, whatever stands in them. */
const taking = Object.values(settings).filter(({ kind }) => /secret|url|proxy|broker|server/i.test(kind.name));

describe.each(taking.map((setting) => [setting.path, setting] as const))("%s", (_path, setting) => {
  it("shows no password that stands in it, nor quotes one where it takes passwords", () => {
    // A name or a path may be any word; a secret is one as a whole.
    const isSecret = setting.kind.name.includes("secret");
    const isPath = setting.kind.name.includes("file");
    for (const shape of shapes.filter((one) => (isSecret || !isWhole(one)) && (!isPath || one.startsWith("http")))) {
      const environment = { [setting.variable]: shape };
      let told: string;
      try {
        const { config, origins } = inspectConfig({ environment, cwd: "/", readFile: () => null });
        told = JSON.stringify(describeConfig(config, origins));
      } catch (error) {
        // What is in the wrong place altogether is quoted, so that it is found.
        told = isSecret ? `${String(error)} ${JSON.stringify(error)}` : "";
      }
      expect([shape, told.includes(canary)]).toEqual([shape, false]);
    }
  });
});
