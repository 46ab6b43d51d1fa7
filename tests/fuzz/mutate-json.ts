// Changes of a JSON document that keep it one, or nearly. They are made in its text, so that what no value can hold (a key
// twice, a number beyond all measure, half of a surrogate pair) can be written as well.

import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { isOneIn } from "./case-chance.ts";

type Node = Record<string, unknown>;

interface Place {
  readonly holder: Node;
  readonly key: string;
}

const mark = "@fuzz@";
const markText = JSON.stringify(mark);
/** Larger documents are not walked through to their end. */
const mostPlaces = 400;

function placesOf(root: unknown): readonly Place[] {
  const places: Place[] = [];
  const open = [root];
  for (let value = open.shift(); value !== undefined && places.length < mostPlaces; value = open.shift()) {
    if (typeof value !== "object" || value === null) continue;
    const holder = value as Node;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      open.push(holder[key] ?? null);
    }
  }
  return places;
}

const scalars = [
  ...["null", "true", "false", "0", "-1", "1.5", "1e999", "-1e999", "1e308", "-0", "4294967296", "9007199254740993"],
  ...['""', '"x"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u2028\\n\\r"', '"[DONE]"', '"data: {}\\n\\n"'],
  ...[
    '"-5"',
    '"1e5"',
    '"NaN"',
    '"http://x/"',
    '"data:image/png;base64,AA=="',
    '"data:,"',
    '"stop"',
    '"error"',
    '"null"',
  ],
  ...[
    "[]",
    "{}",
    "[null]",
    "[[]]",
    "[{}]",
    '[""]',
    "[1,2,3]",
    '{"":""}',
    '{"a":1,"a":2}',
    '{"type":null}',
    '{"type":{}}',
  ],
  ...[
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"length":-1}',
    '{"toString":1}',
  ],
  ...[
    '{"type":"text","text":"x"}',
    '{"error":{"message":"x"}}',
    '{"toJSON":1}',
    '{"then":1}',
    '"ghostllm.x.y"',
    '"ghostllm."',
  ],
];

const names = [
  "",
  "__proto__",
  "constructor",
  "toString",
  "type",
  "error",
  "index",
  "id",
  "content",
  "text",
  "\ud800",
  "0",
];

const depths = [10, 100, 1_000, 5_000, 20_000];

function deepText(chance: Chance): string {
  const depth = chance.pick(depths);
  const [open, close] = chance.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ['{"content":[', "]}"],
    ['{"type":"object","properties":{"a":', "}}"],
  ] as const);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

function longText(chance: Chance): string {
  const letters = chance.pick(["x", "\\n", "\\\\", "é", "😀", '\\"', "{", "}", " ", "\\ud800", "data: ", "A1+/"]);
  return `"${letters.repeat(chance.pick([100, 1_000, 20_000]))}"`;
}

function freshText(places: readonly Place[], chance: Chance): string {
  if (isOneIn(40, chance)) return deepText(chance);
  if (isOneIn(40, chance)) return longText(chance);
  if (!isOneIn(4, chance)) return chance.pick(scalars);
  const { holder, key } = chance.pick(places);
  return write(holder[key]) || "null";
}

type Edit = (place: Place, places: readonly Place[], chance: Chance) => { readonly from: string; readonly to: string };

const nothing = { from: "", to: "" };

function replaceValue({ holder, key }: Place, places: readonly Place[], chance: Chance): ReturnType<Edit> {
  const to = freshText(places, chance);
  holder[key] = mark;
  return { from: markText, to };
}

function wrapValue({ holder, key }: Place, _places: readonly Place[], chance: Chance): ReturnType<Edit> {
  const value = holder[key];
  holder[key] = chance.pick([[value], [value, value], { value }, { type: "text", text: value }, write(value)]);
  return nothing;
}

function drop({ holder, key }: Place): ReturnType<Edit> {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  return nothing;
}

/** Also a key that the object has already, or one of another object. */
function addKey({ holder }: Place, places: readonly Place[], chance: Chance): ReturnType<Edit> {
  if (Array.isArray(holder)) {
    holder.push(chance.pick(holder));
    return nothing;
  }
  const name = isOneIn(2, chance) ? chance.pick(names) : chance.pick(places).key;
  const value = freshText(places, chance);
  holder[mark] = 0;
  return { from: `${markText}:0`, to: `${JSON.stringify(name)}:${value}` };
}

function renameKey({ holder, key }: Place, _places: readonly Place[], chance: Chance): ReturnType<Edit> {
  const value = holder[key];
  if (Array.isArray(holder)) return nothing;
  delete holder[key];
  holder[mark] = value;
  return { from: `${markText}:`, to: `${JSON.stringify(chance.pick(names))}:` };
}

function repeatElement({ holder, key }: Place, _places: readonly Place[], chance: Chance): ReturnType<Edit> {
  const value = holder[key];
  if (Array.isArray(value)) holder[key] = Array.from({ length: chance.pick([2, 3, 30]) }, () => value).flat();
  else if (typeof value === "number") holder[key] = value + chance.pick([-1, 1, 0.5, 2 ** 31]);
  else if (typeof value === "string") holder[key] = value.repeat(2);
  return nothing;
}

const edits: readonly Edit[] = [
  replaceValue,
  replaceValue,
  replaceValue,
  wrapValue,
  drop,
  addKey,
  renameKey,
  repeatElement,
];

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Null for what is nested too deeply to be written; an edit may also have dropped the whole of it. */
function write(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return null;
  }
}

/** As it is where it is no JSON, or has nothing to change. */
export function mutateJson(text: string, chance: Chance): string {
  const root = { root: parse(text) };
  if (root.root === undefined) return text;
  const places = placesOf(root);
  const place = isOneIn(50, chance) ? places[0] : chance.pick(places);
  if (place === undefined) return text;
  const { from, to } = chance.pick(edits)(place, places, chance);
  const written = write(root.root);
  if (written === null) return text;
  return from === "" ? written : written.replace(from, () => to);
}
