// One entry of `providers:` in ghostllm.yaml.

import { type ProviderDefinition, providers as definitions } from "@ghostllm/llm";

import type { Additions } from "#domain/additions.ts";
import type { Egress } from "#domain/egress/egress.ts";
import { faultOfSetting, readProviderUrl } from "#domain/egress/provider-url.ts";
import { Secret } from "#domain/secret.ts";
import { AdditionsReader } from "./additions-entry.ts";
import type { ConfiguredProvider, ModelSettings } from "./config.ts";
import type { DeclaredProvider } from "./declared/declarations.ts";
import { readBySchema } from "./declared/read-by-schema.ts";
import { declaredHold, declaredModel, declaredProvider, type DeclaredHold } from "./declared/schemas.ts";
import { type ConfigProblem, suggest } from "./problems.ts";
import { findCredential, findSet, settingsFromEnvironment } from "./provider-environment.ts";
import { readSecretText } from "./secret-files.ts";
import { type ConfigSources, readVariable } from "./sources.ts";
import { isRecord, type YamlFile, type YamlPath } from "./yaml-file.ts";

export interface ProviderSources {
  readonly sources: ConfigSources;
  readonly yaml: YamlFile;
  readonly egress: Egress;
}

const keysOfEntry = Object.keys(declaredProvider.shape);

/** Reads one entry of `providers:`, noting everything that is wrong with it. */
class EntryReader {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: string[] = [];
  readonly #input: ProviderSources;
  readonly #entry: Readonly<Record<string, unknown>>;
  readonly #path: YamlPath;

  constructor(input: ProviderSources, entry: Readonly<Record<string, unknown>>, index: number) {
    this.#input = input;
    this.#entry = entry;
    this.#path = ["providers", index];
  }

  read(): DeclaredProvider | null {
    for (const key of Object.keys(this.#entry)) {
      if (!keysOfEntry.includes(key)) this.#report(key, `unknown key \`${key}\``, suggest(key, keysOfEntry));
    }
    const definition = this.#readDefinition();
    if (definition === null) return null;
    const name = this.#readName(definition);
    const isDefault = name === definition.type;
    const configured: ConfiguredProvider = {
      name,
      type: definition.type,
      baseUrl: this.#readBaseUrl(definition, isDefault),
      credential: this.#readCredential(definition, isDefault),
      settings: this.#readSettings(definition),
      additions: this.#readAdditions(),
      models: this.#readModels(),
      origin: this.#input.yaml.locate(this.#path),
      isDeclared: true,
    };
    const [hold, was] = [this.#readHold(), this.#text("was")];
    if (this.problems.length > 0 || hold === null) return null;
    const pointAt = (param: string): string => this.#placeOf(param);
    return { name, was, body: { configured, hold }, place: configured.origin, pointAt };
  }

  #placeOf(key: string): string {
    const path = [...this.#path, ...key.split(".")];
    return `${this.#input.yaml.pointAt(path)} ${path.join(".")}`;
  }

  /** Its limits and budgets, and whether it is in use, as the admin API has them. */
  #readHold(): DeclaredHold | null {
    const given = Object.entries(this.#entry).filter(([key, value]) => key in declaredHold.shape && value !== null);
    const part = { yaml: this.#input.yaml, path: this.#path };
    const { data, problems } = readBySchema(declaredHold, Object.fromEntries(given), part);
    this.problems.push(...problems);
    return data;
  }

  #readModels(): Readonly<Record<string, ModelSettings>> {
    const given = this.#entry["models"] ?? {};
    if (!isRecord(given)) {
      this.#report(
        "models",
        "this is no mapping of names of models",
        "Write a name, and what is set of the model below it.",
      );
      return {};
    }
    const read = Object.entries(given).map(([name, fields]) => {
      const part = { yaml: this.#input.yaml, path: [...this.#path, "models", name] };
      const { data, problems } = readBySchema(declaredModel, fields ?? {}, part);
      this.problems.push(...problems);
      return [name, data ?? {}] as const;
    });
    return Object.fromEntries(read);
  }

  #report(key: string, message: string, hint: string): void {
    this.problems.push({ path: this.#placeOf(key), message, hint });
  }

  #text(key: string): string | null {
    const value = this.#entry[key];
    if (value === undefined || value === null || value === "") return null;
    if (typeof value === "string") return value;
    this.#report(key, "this is no text", "Put it in quotes.");
    return null;
  }

  #readDefinition(): ProviderDefinition | null {
    const type = this.#text("type");
    const types = definitions.map((one) => one.type);
    const definition = definitions.find((one) => one.type === type) ?? null;
    if (type === null) this.#report("type", "the provider has no type", `One of ${types.join(", ")}.`);
    else if (definition === null) this.#report("type", `unknown provider type \`${type}\``, suggest(type, types));
    return definition;
  }

  #readName(definition: ProviderDefinition): string {
    const name = this.#text("name") ?? definition.type;
    if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) {
      this.#report(
        "name",
        `\`${name}\` is no name`,
        "Use letters, digits, `.`, `_` and `-`: it is asked for as `name/model`.",
      );
    }
    return name;
  }

  #readBaseUrl(definition: ProviderDefinition, isDefault: boolean): string | null {
    const variable = isDefault ? findSet(this.#input.sources, definition.baseUrlVariables) : null;
    const value = variable?.value ?? this.#text("base_url");
    if (value === null) {
      if (definition.baseUrl === null)
        this.#report("base_url", `${definition.label} has no default base URL`, "Add `base_url`.");
      return definition.baseUrl;
    }
    const reading = readProviderUrl(definition, value, this.#input.egress);
    if (reading.fault === null) return reading.url;
    if (variable === null) this.#report("base_url", reading.fault, reading.hint);
    else this.problems.push({ path: variable.variable, message: reading.fault, hint: reading.hint });
    return null;
  }

  // `api_key_env` is the operator's own choice of variable, so it goes before the vendor's usual one.
  #readCredential(definition: ProviderDefinition, isDefault: boolean): Secret | null {
    const chosen = this.#text("api_key_env");
    const usual = isDefault ? findCredential(this.#input.sources, definition) : null;
    const literal = this.#readKey();
    const value = chosen === null ? (usual?.value ?? literal) : readVariable(this.#input.sources, chosen);
    if (literal !== null) this.#warnOfPublicFile();
    if (value !== null) return new Secret(value);
    if (chosen !== null)
      this.#report("api_key_env", `the variable ${chosen} is not set`, "Set it, or name another one.");
    else if (definition.needsCredential && this.#entry["api_key"] === undefined) {
      this.#report(
        "api_key_env",
        `${definition.label} needs a credential`,
        "Add `api_key_env` with the name of a variable, or `api_key`.",
      );
    }
    return null;
  }

  #readKey(): string | null {
    const given = this.#text("api_key");
    const read = given === null ? null : readSecretText(this.#input.sources, given);
    if (read !== null && read.fault !== null) this.#report("api_key", read.fault, read.hint);
    return read?.text ?? null;
  }

  #warnOfPublicFile(): void {
    const path = [...this.#path, "api_key"];
    if (!this.#input.yaml.isPublic || !this.#input.yaml.isWrittenOut(path)) return;
    const place = this.#input.yaml.locate(path);
    this.warnings.push(`${place} holds an API key, and every user of this machine can read the file: chmod 600 it`);
  }

  #readSettings(definition: ProviderDefinition): Record<string, string> {
    const settings = settingsFromEnvironment(this.#input.sources, definition);
    const given = this.#entry["settings"] ?? {};
    if (!isRecord(given)) {
      this.#report("settings", "this is no mapping of names to values", "Write `name: value` below it.");
      return settings;
    }
    for (const [name, value] of Object.entries(given)) {
      const known = definition.settings?.[name];
      if (known === undefined) this.#reportSetting(definition, name);
      else if (typeof value !== "string") this.#report(`settings.${name}`, "this is no text", "Put it in quotes.");
      else if (readVariable(this.#input.sources, known.variable) === null) settings[name] = value;
    }
    for (const [name, value] of Object.entries(settings)) {
      const fault = faultOfSetting(definition, name, value);
      if (fault !== null) this.#report(`settings.${name}`, fault, "Write it as the vendor does.");
    }
    for (const [name, { needed }] of Object.entries(definition.settings ?? {})) {
      if (needed === true && !settings[name])
        this.#report(`settings.${name}`, `${definition.label} needs this setting`, "Give it a value.");
    }
    return settings;
  }

  #readAdditions(): Additions {
    const reader = new AdditionsReader(this.#entry, this.#input.sources);
    const additions = reader.read();
    for (const { key, name, message, hint } of reader.problems)
      this.#report(name === null ? key : `${key}.${name}`, message, hint);
    return additions;
  }

  #reportSetting(definition: ProviderDefinition, name: string): void {
    const known = Object.keys(definition.settings ?? {});
    const hint = known.length === 0 ? `${definition.label} has no settings.` : suggest(name, known);
    this.#report(`settings.${name}`, `unknown setting \`${name}\``, hint);
  }
}

export interface EntryRead {
  readonly declared: readonly DeclaredProvider[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

export function readProviderEntry(input: ProviderSources, entry: unknown, index: number): EntryRead {
  if (!isRecord(entry)) {
    const path = `${input.yaml.pointAt(["providers", index])} providers.${index}`;
    const problem = { path, message: "this is no provider", hint: `Write an entry with ${keysOfEntry.join(", ")}.` };
    return { declared: [], problems: [problem], warnings: [] };
  }
  const reader = new EntryReader(input, entry, index);
  const provider = reader.read();
  return { declared: provider === null ? [] : [provider], problems: reader.problems, warnings: reader.warnings };
}
