// Requests of clients in every dialect, real in shape: what `requests/tools.json` means is in `requests/tools.hub.json`.
// Those of Ollama's prompts end in `.generate.json`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ChatRequest } from "#hub.ts";
import { parse } from "./ask.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");

describe.each(Object.values(dialects))("$name", (dialect) => {
  const { client, upstream } = dialect;
  const directory = join(fixtures, dialect.name, "requests");
  const names = readdirSync(directory)
    .filter((file) => !file.endsWith(".hub.json"))
    .map((file) => file.replace(/\.json$/, ""));
  const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), "utf8"));

  describe.each(names)("%s", (name) => {
    const written = read(`${name}.json`);
    const operation = name.endsWith(".generate") ? "generate" : "chat.completions";
    const parsed = parse(dialect, JSON.stringify(written), operation);
    const request = client.decodeRequest(parsed);

    it("means what the golden says, and the input is as it was", () => {
      expect(request).toEqual(read(`${name}.hub.json`));
      expect(JSON.parse(parsed.body.toString())).toEqual(written);
    });

    it("is written again as it was, twice", () => {
      const golden = read(`${name}.hub.json`) as ChatRequest;
      for (const meant of [request, golden, golden]) {
        const { body, notes } = upstream.encodeRequest(meant, { model: meant.model, quirks: {} });
        expect(JSON.parse(body)).toEqual(written);
        expect(notes).toEqual([]);
      }
    });
  });
});
