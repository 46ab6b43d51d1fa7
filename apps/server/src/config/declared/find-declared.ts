// Aliases, teams and keys of ghostllm.yaml, and what is wrong with them by themselves. Called by load.ts.

import { createHash } from "node:crypto";
import type { z } from "zod";
import { suggest, type ConfigProblem } from "#config/problems.ts";
import { readSecretText } from "#config/secret-files.ts";
import type { ConfigSources } from "#config/sources.ts";
import type { YamlFile, YamlPath } from "#config/yaml-file.ts";
import type { DeclaredAlias, DeclaredKey, DeclaredKeyBody, DeclaredTeam, DeclaredThing } from "./declarations.ts";
import { readBySchema } from "./read-by-schema.ts";
import { declaredAlias, declaredKey, declaredTeam, type KeyBody } from "./schemas.ts";

interface Sources {
  readonly sources: ConfigSources;
  readonly yaml: YamlFile;
}

interface Found<Thing> {
  readonly things: readonly Thing[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

interface Named {
  readonly name: string;
  readonly was?: string | undefined;
}

interface Section<Schema extends z.ZodType<Named>, Body> {
  readonly name: "aliases" | "teams" | "keys";
  readonly schema: Schema;
  /** What two of them may not have in common, and how it is called. */
  readonly same: (body: Body) => readonly (readonly [field: string, value: string])[];
  readonly read: (given: z.output<Schema>, entry: Entry) => Body | null;
}

export const declaredSections = ["providers", "aliases", "teams", "keys"] as const;

export function findAliases(input: Sources): Found<DeclaredAlias> {
  return readSection(input, {
    name: "aliases",
    schema: declaredAlias,
    same: ({ name, team }) => [["name", JSON.stringify([team, name])]],
    read: (given) => given,
  });
}

export function findTeams(input: Sources): Found<DeclaredTeam> {
  return readSection(input, {
    name: "teams",
    schema: declaredTeam,
    same: ({ name }) => [["name", name]],
    read: (given) => given,
  });
}

export function findKeys(input: Sources): Found<DeclaredKey> {
  return readSection(input, {
    name: "keys",
    schema: declaredKey,
    same: ({ name, sha256 }) => [
      ["name", name],
      ["secret", sha256],
    ],
    read: readKey,
  });
}

/** One entry of a section, and what is said of it. */
class Entry {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: string[] = [];
  readonly input: Sources;
  readonly path: YamlPath;

  constructor(input: Sources, path: YamlPath) {
    this.input = input;
    this.path = path;
  }

  get place(): string {
    return this.input.yaml.locate(this.path);
  }

  readonly pointAt = (field: string): string => {
    const path = [...this.path, ...field.split(/[.[\]]+/).filter((part) => part !== "")];
    const steps = path.map((part) => (/^\d+$/.test(String(part)) ? Number(part) : part));
    return `${this.input.yaml.pointAt(steps, "value")} ${path.join(".")}`;
  };

  report(field: string, message: string, hint: string): void {
    this.problems.push({ path: this.pointAt(field), message, hint });
  }
}

function readSection<Schema extends z.ZodType<Named>, Body extends Named>(
  input: Sources,
  section: Section<Schema, Body>,
): Found<DeclaredThing<Body>> {
  const list = input.yaml.root[section.name] ?? [];
  if (!Array.isArray(list)) {
    const path = `${input.yaml.pointAt([section.name])} ${section.name}`;
    const problem = { path, message: "this is no list", hint: "Begin each entry with `- name:`." };
    return { things: [], problems: [problem], warnings: [] };
  }
  const entries = list.map((_, index) => new Entry(input, [section.name, index]));
  const things = entries.flatMap((entry, index) => readThing(list[index], entry, section) ?? []);
  return {
    things,
    problems: [...entries.flatMap(({ problems }) => problems), ...findDuplicates(things, section)],
    warnings: entries.flatMap(({ warnings }) => warnings),
  };
}

function readThing<Schema extends z.ZodType<Named>, Body extends Named>(
  raw: unknown,
  entry: Entry,
  { schema, read }: Section<Schema, Body>,
): DeclaredThing<Body> | null {
  const { data, problems } = readBySchema(schema, raw, { yaml: entry.input.yaml, path: entry.path });
  entry.problems.push(...problems);
  const body = data === null ? null : read(data, entry);
  if (body === null) return null;
  return { name: body.name, was: body.was ?? null, body, place: entry.place, pointAt: entry.pointAt };
}

function findDuplicates<Body extends Named>(
  things: readonly DeclaredThing<Body>[],
  { same }: { readonly same: (body: Body) => readonly (readonly [field: string, value: string])[] },
): readonly ConfigProblem[] {
  const seen = new Map<string, string>();
  return things.flatMap(({ body, place, pointAt }) =>
    same(body).flatMap(([field, value]) => {
      const known = seen.get(`${field} ${value}`);
      seen.set(`${field} ${value}`, known ?? place);
      if (known === undefined) return [];
      const message = `the same ${field} stands at ${known} already`;
      return [{ path: pointAt(field), message, hint: "Give each one of its own." }];
    }),
  );
}

const shortestKey = 20;

function readKey({ secret, sha256, ...rest }: KeyBody, entry: Entry): DeclaredKeyBody | null {
  const { yaml, sources } = entry.input;
  if ((secret === undefined) === (sha256 === undefined)) {
    const message = secret === undefined ? "the key has no secret" : "the key has both a secret and a hash";
    entry.report(secret === undefined ? "name" : "sha256", message, "Add `secret` or `sha256`, and not both.");
    return null;
  }
  if (rest.team === null && rest.user === null) {
    entry.report("name", "nobody is named whose key this is", "Add `team` with the name of a team, or `user`.");
    return null;
  }
  if (sha256 !== undefined) return { ...rest, sha256, publicId: `ik-${sha256.slice(0, 12)}` };
  const read = readSecretText(sources, secret ?? "");
  if (read.fault !== null) {
    entry.report("secret", read.fault, read.hint);
    return null;
  }
  if (!/^[\x21-\x7e]+$/.test(read.text) || read.text.length < shortestKey) {
    const message = `this is no key: it has less than ${shortestKey} characters, or some that no header takes`;
    entry.report("secret", message, "`openssl rand -hex 32` makes a good one.");
    return null;
  }
  if (yaml.isPublic && yaml.isWrittenOut([...entry.path, "secret"]))
    entry.warnings.push(
      `${yaml.locate([...entry.path, "secret"])} holds a key, and every user of this machine can read the file: write its sha256, or \`file:\``,
    );
  const hash = createHash("sha256").update(read.text).digest("hex");
  const ownId = /^(gk-[0-9a-f]{12})-./.exec(read.text)?.[1];
  return { ...rest, sha256: hash, publicId: ownId ?? `ik-${hash.slice(0, 12)}` };
}

interface Known {
  readonly providers: readonly string[];
  readonly aliases: readonly DeclaredAlias[];
  readonly teams: readonly DeclaredTeam[];
  readonly keys: readonly DeclaredKey[];
}

/** What is named and not declared. It may be in the database: a server says so when it applies the file. */
export function findUndeclared({ providers, aliases, teams, keys }: Known): readonly string[] {
  const teamNames = teams.map(({ name }) => name);
  const note = (
    thing: Pick<DeclaredAlias, "pointAt">,
    field: string,
    what: string,
    name: string,
    known: readonly string[],
  ) => {
    if (known.includes(name)) return [];
    const hint = known.length === 0 ? "The server looks for it in its database." : suggest(name, known);
    return [`${thing.pointAt(field)}: the ${what} \`${name}\` is not in this file. ${hint}`];
  };
  return [
    ...aliases.flatMap((alias) => [
      ...alias.body.targets.flatMap(({ provider }, index) =>
        note(alias, `targets.${index}.provider`, "provider", provider, providers),
      ),
      ...(alias.body.team === null ? [] : note(alias, "team", "team", alias.body.team, teamNames)),
    ]),
    ...keys.flatMap((key) => (key.body.team === null ? [] : note(key, "team", "team", key.body.team, teamNames))),
  ];
}
