import { expect, it } from "vitest";

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
  });
  expect(shown.settings).toContainEqual({
    path: "jwt_secret",
    variable: "JWT_SECRET",
    value: "[secret]",
    origin: "JWT_SECRET",
    help: settings.jwtSecret.help,
  });
  expect(shown.settings).toContainEqual({
    path: "database_url",
    variable: "DATABASE_URL",
    value: null,
    origin: "default",
    help: settings.databaseUrl.help,
  });
  expect(shown.providers).toMatchObject([{ name: "groq", credential: "[secret]", origin: "GROQ_API_KEY" }]);
  expect(JSON.stringify(shown)).not.toMatch(/s3cr3t|gsk-1/);
  expect(structuredClone(shown)).toEqual(shown);
});
