// Requests of clients, real in shape: what `requests/tools.json` means is in `requests/tools.hub.json`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ChatRequest } from "#hub.ts";
import { openaiResponses } from "./index.ts";

const { client, upstream } = openaiResponses;
const directory = join(import.meta.dirname, "../../../fixtures/openai-responses/requests");
const names = readdirSync(directory)
  .filter((file) => !file.endsWith(".hub.json"))
  .map((file) => file.replace(/\.json$/, ""));

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(directory, file), "utf8"));
}

describe.each(names)("%s", (name) => {
  const written = read(`${name}.json`);
  const parsed = client.parseRequest("chat.completions", Buffer.from(JSON.stringify(written)));
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
