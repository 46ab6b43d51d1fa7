// The headers and parameters of one entry of `providers:` in ghostllm.yaml. A value is a text, or `{env: VARIABLE}`; the keys
// that end in `_env` hold names of variables alone.

import { faultOfHeader, faultOfParameter, isNameOfSecret, reveal } from "#domain/additions.ts";
import type { Additions } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import { readSecretText } from "./secret-files.ts";
import { type ConfigSources, readVariable } from "./sources.ts";
import { isRecord } from "./yaml-file.ts";

type Key = "headers" | "headers_env" | "query" | "query_env";

interface Problem {
  readonly key: Key;
  /** Of the header or parameter; null of all of them. */
  readonly name: string | null;
  readonly message: string;
  readonly hint: string;
}

interface Given {
  readonly key: Key;
  readonly name: string;
  readonly raw: unknown;
}

export class AdditionsReader {
  readonly problems: Problem[] = [];
  readonly #entry: Readonly<Record<string, unknown>>;
  readonly #sources: ConfigSources;

  constructor(entry: Readonly<Record<string, unknown>>, sources: ConfigSources) {
    this.#entry = entry;
    this.#sources = sources;
  }

  read(): Additions {
    const headers = this.#values(["headers", "headers_env"], faultOfHeader);
    const secrets = headers.map(({ name, value }) => [name.toLowerCase(), new Secret(reveal(value))] as const);
    const query = this.#values(["query", "query_env"], faultOfParameter);
    return {
      headers: Object.fromEntries(secrets),
      query: Object.fromEntries(
        query.map(({ name, value }) => [name, isNameOfSecret(name) ? new Secret(reveal(value)) : value]),
      ),
    };
  }

  #values(keys: readonly Key[], faultOf: (name: string, value: string) => string | null) {
    return keys
      .flatMap((key) => this.#givenUnder(key))
      .flatMap((given) => {
        const value = this.#resolve(given);
        if (value === null) return [];
        const fault = faultOf(given.name, reveal(value));
        if (fault !== null) this.#report(given, fault, "Leave it out, or write it as HTTP has it.");
        return fault === null ? [{ name: given.name, value }] : [];
      });
  }

  #givenUnder(key: Key): readonly Given[] {
    const given = this.#entry[key] ?? {};
    if (!isRecord(given)) {
      this.#report({ key, name: null }, "this is no mapping of names to values", "Write `name: value` below it.");
      return [];
    }
    const isVariables = key.endsWith("_env");
    return Object.entries(given).map(([name, raw]) => ({ key, name, raw: isVariables ? { env: raw } : raw }));
  }

  /** What a variable holds is a secret. */
  #resolve({ key, name, raw }: Given): string | Secret | null {
    if (typeof raw === "string") return this.#fromFile({ key, name, raw });
    const variable = isRecord(raw) ? raw["env"] : undefined;
    if (typeof variable !== "string") {
      this.#report(
        { key, name },
        `the value of \`${name}\` is no text`,
        "Put it in quotes, or write `{env: VARIABLE}`.",
      );
      return null;
    }
    const value = readVariable(this.#sources, variable);
    if (value === null)
      this.#report({ key, name }, `the variable ${variable} is not set`, "Set it, or name another one.");
    return value === null ? null : new Secret(value);
  }

  /** What stands in a file of its own is a secret, too. */
  #fromFile({ key, name, raw }: Given & { readonly raw: string }): string | Secret | null {
    const read = readSecretText(this.#sources, raw);
    if (read.fault === null) return read.text === raw ? raw : new Secret(read.text);
    this.#report({ key, name }, read.fault, read.hint);
    return null;
  }

  #report({ key, name }: Pick<Problem, "key" | "name">, message: string, hint: string): void {
    this.problems.push({ key, name, message, hint });
  }
}
