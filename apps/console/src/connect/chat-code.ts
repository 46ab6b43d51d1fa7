// A request of OpenAI's chat dialect as code that sends it: exactly the request, in the languages that people paste from.

import { curl } from "./curl.ts";
import type { Address } from "./curl.ts";

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly object[];
  readonly stream?: boolean;
  readonly [field: string]: unknown;
}

export function chatCurl({ url, key }: Address, request: ChatRequest): string {
  const inLine = JSON.stringify(request);
  const body = inLine.length <= 200 && !inLine.includes("'") ? inLine : JSON.stringify(request, null, 2);
  return curl(`${url}/v1/chat/completions`, { Authorization: `Bearer ${key}` }, body);
}

export function chatPython({ url, key }: Address, request: ChatRequest): string {
  const fields = Object.entries(request).map(
    ([name, value]) => `    ${name}=${write(value, python, 1, 5 + name.length)},`,
  );
  return `# pip install openai
from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(`${url}/v1`)}, api_key=${JSON.stringify(key)})
answer = client.chat.completions.create(
${fields.join("\n")}
)
${readInPython(request)}`;
}

function readInPython({ stream = false, tools }: ChatRequest): string {
  if (!stream) return `print(answer.choices[0].message${tools === undefined ? ".content" : ""})`;
  const shown = tools === undefined ? `.content or "", end="", flush=True` : "";
  return `for chunk in answer:
    if chunk.choices:
        print(chunk.choices[0].delta${shown})`;
}

export function chatTypescript({ url, key }: Address, request: ChatRequest): string {
  const fields = Object.entries(request).map(
    ([name, value]) => `  ${name}: ${write(value, typescript, 1, 4 + name.length)},`,
  );
  return `// npm install openai
import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(`${url}/v1`)}, apiKey: ${JSON.stringify(key)} });
const answer = await client.chat.completions.create({
${fields.join("\n")}
});
${readInTypescript(request)}`;
}

function readInTypescript({ stream = false, tools }: ChatRequest): string {
  if (!stream) return `console.log(answer.choices[0]?.message${tools === undefined ? ".content" : ""});`;
  const shown =
    tools === undefined
      ? `process.stdout.write(chunk.choices[0]?.delta.content ?? "")`
      : "console.log(chunk.choices[0]?.delta)";
  return `for await (const chunk of answer) ${shown};`;
}

interface Language {
  readonly step: string;
  readonly words: Readonly<Record<string, string>>;
  /** Around what stands in one line. */
  readonly padding: string;
  name(name: string): string;
}

const python: Language = {
  step: "    ",
  words: { true: "True", false: "False", null: "None" },
  padding: "",
  name: (name) => JSON.stringify(name),
};

const typescript: Language = {
  step: "  ",
  words: {},
  padding: " ",
  name: (name) => {
    // In quotes it would be the prototype.
    if (name === "__proto__") return `["__proto__"]`;
    return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  },
};

const widest = 80;

/** A value of JSON behind so many characters of its line, in which it stays if it fits. Strings of JSON are strings of both languages. */
function write(value: unknown, language: Language, depth: number, before: number): string {
  const entries = entriesOf(value, language);
  if (entries === null) {
    const text = JSON.stringify(value);
    return language.words[text] ?? text;
  }
  const { open, close, padding, items } = entries;
  if (items.length === 0) return open + close;
  const indent = language.step.repeat(depth);
  const written = items.map(([name, item]) => {
    return name + write(item, language, depth + 1, indent.length + language.step.length + name.length);
  });
  const inLine = open + padding + written.join(", ") + padding + close;
  if (!inLine.includes("\n") && before + inLine.length <= widest) return inLine;
  const lines = written.map((text) => `${indent}${language.step}${text},\n`);
  return `${open}\n${lines.join("")}${indent}${close}`;
}

function entriesOf(value: unknown, { name, padding }: Language) {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => ["", item] as const);
    return { open: "[", close: "]", padding: "", items };
  }
  if (typeof value !== "object" || value === null) return null;
  const items = Object.entries(value).map(([key, item]: [string, unknown]) => [`${name(key)}: `, item] as const);
  return { open: "{", close: "}", padding, items };
}
