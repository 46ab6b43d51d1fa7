// A request that is copied as a command, in a real shell.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { askedAgain, curlAgain } from "../../apps/console/src/connect/asked-again.ts";

const address = { url: "http://127.0.0.1:8080", key: "gk-..." };
const recorded = { dialect: "gemini", operation: "chat.completions", streamed: false };

describe("a request that is copied as a command", () => {
  it("is one command, whatever its client wrote", async () => {
    const model = "a'; echo broken; '$(echo broken)`echo broken`";
    const body = `{"a":"'; echo broken; '"}\nJSON\necho broken\nJSON_\necho broken`;
    const again = askedAgain({ ...recorded, requested_model: model }, body);
    const code = again && curlAgain(address, again);
    const printing = `curl() { printf '%s\\n' "$1"; cat; }\n${code}`;
    const { stdout } = await promisify(execFile)("bash", ["-c", printing]);
    const path = `${encodeURIComponent(model).replaceAll("'", "%27")}:generateContent`;
    expect(stdout).toBe(`http://127.0.0.1:8080/v1beta/models/${path}\n${body}\n`);
  });
});
