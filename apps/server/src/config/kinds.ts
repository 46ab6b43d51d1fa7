// The kinds of value a setting may have: how its text is read, and how it is shown again.

import { isIPv6 } from "node:net";

import { parseRedisUrl } from "#domain/redis-address.ts";
import { Secret } from "#domain/secret.ts";
import { shownUrl } from "#domain/shown-url.ts";

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string; readonly hint: string };

export interface Kind<Value> {
  /** In words, for documentation. */
  readonly name: string;
  /** `raw` is a variable's text, or whatever the YAML file holds. */
  parse(raw: unknown): Parsed<Value>;
  show(value: Value): string;
  /** May also be read from a file: `file:/run/secrets/name`. */
  readonly isSecret?: true;
  /** JSON Schema of what the file may hold, for editors; left out: a text. */
  readonly json?: Readonly<Record<string, unknown>>;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const accept = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });
const refuse = (message: string, hint: string): Parsed<never> => ({ ok: false, message, hint });

/** Shown in messages; cut, because a pasted file is no help in a terminal. */
function quote(raw: unknown): string {
  const text = typeof raw === "string" ? raw : JSON.stringify(raw);
  return `\`${text.length > 60 ? `${text.slice(0, 60)}...` : text}\``;
}

function readWhole(raw: unknown): number | null {
  if (typeof raw === "number") return Number.isSafeInteger(raw) ? raw : null;
  return typeof raw === "string" && /^\d{1,15}$/.test(raw.trim()) ? Number(raw) : null;
}

export function integer({ min, max }: Range): Kind<number> {
  return {
    name: `whole number, ${min} to ${max}`,
    json: { type: "integer", minimum: min, maximum: max },
    parse(raw) {
      const value = readWhole(raw);
      if (value !== null && value >= min && value <= max) return accept(value);
      return refuse(`${quote(raw)} is no whole number from ${min} to ${max}`, "Write it in digits.");
    },
    show: String,
  };
}

const mostWorkers = 64;

export const workerCount: Kind<number | "auto"> = {
  name: `whole number, 1 to ${mostWorkers}, or \`auto\``,
  json: { anyOf: [{ type: "integer", minimum: 1, maximum: mostWorkers }, { const: "auto" }] },
  parse(raw) {
    if (raw === "auto") return accept("auto");
    const value = readWhole(raw);
    if (value !== null && value >= 1 && value <= mostWorkers) return accept(value);
    return refuse(
      `${quote(raw)} is neither \`auto\` nor a whole number from 1 to ${mostWorkers}`,
      "Write it in digits.",
    );
  },
  show: String,
};

interface Unit {
  readonly name: string;
  readonly factor: number;
}

/** A number in the smallest unit, or with one of the units behind it. Shown in the largest unit that leaves no rest. */
function measured(name: string, example: string, units: readonly Unit[], { min, max }: Range): Kind<number> {
  const read = (raw: unknown): number | null => {
    const plain = readWhole(raw);
    if (plain !== null) return plain;
    const match = typeof raw === "string" ? /^(\d{1,15})\s*([a-z]+)$/i.exec(raw.trim()) : null;
    const unit = units.find((one) => one.name.toLowerCase() === match?.[2]?.toLowerCase());
    return match === null || unit === undefined ? null : Number(match[1]) * unit.factor;
  };
  const show = (value: number): string => {
    const unit = units.find(({ factor }) => value % factor === 0 && value >= factor);
    return unit === undefined ? String(value) : `${value / unit.factor} ${unit.name}`;
  };
  return {
    name,
    json: { anyOf: [{ type: "integer", minimum: min, maximum: max }, { type: "string" }] },
    show,
    parse(raw) {
      const value = read(raw);
      if (value === null) return refuse(`${quote(raw)} is no ${name}`, `Write it like ${example}.`);
      if (value >= min && value <= max) return accept(value);
      return refuse(`${quote(raw)} is out of range`, `It must be from ${show(min)} to ${show(max)}.`);
    },
  };
}

const durationUnits = [
  { name: "h", factor: 3_600_000 },
  { name: "min", factor: 60_000 },
  { name: "s", factor: 1000 },
  { name: "ms", factor: 1 },
];

const sizeUnits = [
  { name: "GiB", factor: 2 ** 30 },
  { name: "MiB", factor: 2 ** 20 },
  { name: "KiB", factor: 2 ** 10 },
  { name: "B", factor: 1 },
];

/** setTimeout fires at once for anything longer. */
const longestTimeoutMs = 2 ** 31 - 1;

export const duration = measured("duration in ms or with a unit", "`1500`, `10s` or `5min`", durationUnits, {
  min: 1,
  max: longestTimeoutMs,
});

/** One that may be none at all. */
export const delay = measured("duration in ms or with a unit", "`0`, `500` or `10s`", durationUnits, {
  min: 0,
  max: longestTimeoutMs,
});

export const leaseDuration = measured("duration in ms or with a unit", "`5000`, `15s` or `5min`", durationUnits, {
  min: 1_000,
  max: 60 * 60 * 1_000,
});

export const size = measured("size in bytes or with a unit", "`65536`, `64KiB` or `32MiB`", sizeUnits, {
  min: 1024,
  max: 2 ** 30,
});

const words: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  "1": true,
  "0": false,
  yes: true,
  no: false,
};

export const flag: Kind<boolean> = {
  name: "true or false",
  json: { type: "boolean" },
  parse(raw) {
    const value = typeof raw === "boolean" ? raw : words[String(raw).toLowerCase()];
    return value === undefined
      ? refuse(`${quote(raw)} is neither true nor false`, "Write `true` or `false`.")
      : accept(value);
  },
  show: String,
};

export function oneOf<Value extends string>(choices: readonly Value[]): Kind<Value> {
  return {
    name: choices.join(", "),
    json: { enum: choices },
    parse(raw) {
      const choice = choices.find((one) => one === String(raw).toLowerCase());
      return choice === undefined
        ? refuse(`${quote(raw)} is unknown`, `Use one of ${choices.join(", ")}.`)
        : accept(choice);
    },
    show: String,
  };
}

export function textOf(kindName: string, pattern: RegExp, hint: string): Kind<string> {
  return {
    name: kindName,
    parse(raw) {
      if (typeof raw === "string" && pattern.test(raw)) return accept(raw);
      return refuse(`${quote(raw)} is no ${kindName}`, hint);
    },
    show: String,
  };
}

export const host: Kind<string> = {
  name: "host name or address",
  parse(raw) {
    if (typeof raw === "string" && (isIPv6(raw) || /^[^\s/:]+$/.test(raw))) return accept(raw);
    return refuse(`${quote(raw)} is no host name or address`, "Give only the host, such as `0.0.0.0`.");
  },
  show: String,
};

export const directory = textOf("directory", /^[^\0]+$/, "Give a path, such as `/var/lib/ghostllm`.");
export const file = textOf("file", /^[^\0]+$/, "Give a path, such as `/etc/ssl/company.pem`.");
const anyFileOrUrl = textOf(
  "file or URL",
  /^(?!(?!https?:)[a-z][a-z\d+.-]*:\/\/)[^\0\s][^\0]*$/i,
  "Give a path, or a URL such as `https://example.com/prices.json`.",
);
export const fileOrUrl: Kind<string> = { ...anyFileOrUrl, show: shownUrl };
export const name = textOf("name", /^[\w/+=.@:-]{1,200}$/, "Letters, digits and `/ + = . @ : - _` may be in it.");
export const url = textOf("URL", /^https?:\/\/[^\s/@?#]+$/i, "Write it like `https://kms.example.com`.");
export const email = textOf("e-mail address", /^[^\s@]+@[^\s@]+$/, "Write it like `admin@example.com`.");

/** Never quoted in a message: a mistyped secret is still one. */
export const secret: Kind<Secret> = {
  name: "secret",
  isSecret: true,
  parse(raw) {
    if (typeof raw === "string") return accept(new Secret(raw));
    return refuse("this secret is no text", "Put it in quotes: YAML reads bare digits as a number.");
  },
  show: String,
};

export const databaseUrl: Kind<Secret> = {
  name: "PostgreSQL URL",
  isSecret: true,
  parse(raw) {
    const isPostgres = typeof raw === "string" && /^postgres(ql)?:\/\//.test(raw) && URL.canParse(raw);
    if (isPostgres) return accept(new Secret(raw));
    return refuse(
      "this is no PostgreSQL URL",
      "Write `postgres://user:password@host:5432/name`, or leave it out for the embedded SQLite.",
    );
  },
  show: String,
};

export const redisUrl: Kind<Secret> = {
  name: "Redis URL",
  isSecret: true,
  parse(raw) {
    if (typeof raw === "string" && parseRedisUrl(raw) !== null) return accept(new Secret(raw));
    return refuse(
      "this is no Redis URL",
      "Write `redis://user:password@host:6379/0`, `rediss://...` for TLS, `redis+cluster://one:6379,two:6379` or `redis+sentinel://one:26379,two:26379/name-of-the-master`.",
    );
  },
  show: String,
};

/** Of lists: a text with commas, or a list of texts. */
export const jsonOfList = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] } as const;

export const keyPrefix = textOf("prefix", /^[\w.-]{1,64}$/, "Write up to 64 letters, digits, `-`, `_` or `.`.");

export function optional<Value>(kind: Kind<Value>): Kind<Value | null> {
  return {
    name: kind.name,
    ...(kind.isSecret && { isSecret: true }),
    ...(kind.json && { json: kind.json }),
    parse: (raw) => kind.parse(raw),
    show: (value) => (value === null ? "unset" : kind.show(value)),
  };
}
