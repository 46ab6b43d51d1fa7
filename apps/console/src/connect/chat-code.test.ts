import { describe, expect, it } from "vitest";
import { chatCurl, chatPython, chatTypescript } from "./chat-code.ts";

const address = { url: "http://127.0.0.1:8080", key: "gk-..." };
const hello = { model: "m", messages: [{ role: "user", content: "Say hello" }] };

const odd = {
  model: "it's",
  messages: [{ role: "user", content: `"quoted" and 'quoted' $HOME \`id\` \\ \n JSON \ud800 \u2028` }],
  tools: [
    { type: "function", function: { name: "f", parameters: { __proto__: null, ["a-b"]: true, long: "x".repeat(90) } } },
  ],
  temperature: 0.5,
  stream: true,
};

describe("a request as code", () => {
  it("of curl is in the line where it is short, and else what no shell reads into", () => {
    expect(chatCurl(address, hello)).toContain(`-d '${JSON.stringify(hello)}'`);
    const code = chatCurl(address, odd);
    expect(code.split("<<'JSON'\n")[1]).toBe(`${JSON.stringify(odd, null, 2)}\nJSON`);
  });

  it("of Python has its words and strings", () => {
    expect(chatPython(address, hello)).toBe(`# pip install openai
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="gk-...")
answer = client.chat.completions.create(
    model="m",
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.choices[0].message.content)`);
    const code = chatPython(address, { ...odd, seed: null, logprobs: false });
    expect(code).toContain(`content": "\\"quoted\\" and 'quoted' $HOME \`id\` \\\\ \\n JSON \\ud800 `);
    expect(code).toContain(`"a-b": True,`);
    expect(code).toContain("    seed=None,\n    logprobs=False,\n");
  });

  it("of TypeScript is the very value", async () => {
    const code = chatTypescript(address, { ...odd, extra: JSON.parse('{"__proto__":{"a":1},"b c":[]}') });
    const [, literal = ""] = /create\((\{.*?\n\})\);/s.exec(code) ?? [];
    const { value }: { value: unknown } = await import(
      `data:text/javascript,${encodeURIComponent(`export const value = ${literal};`)}`
    );
    expect(JSON.stringify(value)).toBe(JSON.stringify({ ...odd, extra: JSON.parse('{"__proto__":{"a":1},"b c":[]}') }));
  });
});
