// As much of a Dockerfile as ours has, read into its stages. What it does not know it refuses: no step is passed over.

export interface Stage {
  readonly name: string;
  /** A stage, or an image. */
  readonly from: string;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: "RUN"; readonly command: string }
  | {
      readonly kind: "COPY";
      readonly from: string | null;
      readonly owner: string | null;
      readonly paths: readonly string[];
    }
  | { readonly kind: "ENV"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "WORKDIR" | "USER"; readonly value: string }
  | { readonly kind: "ENTRYPOINT" | "CMD" | "HEALTHCHECK"; readonly command: readonly string[] };

/** They say something of the image, and do nothing in it. */
const told = new Set(["LABEL", "EXPOSE", "VOLUME"]);

export function readDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; from: string; steps: Step[] }[] = [];
  for (const line of linesOf(text)) {
    const [word, rest] = splitOnce(line);
    if (word === "ARG" && stages.length === 0) continue;
    if (word === "FROM") {
      stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? "", from: splitOnce(rest)[0], steps: [] });
    } else if (!told.has(word)) {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${word} before FROM`);
      stage.steps.push(toStep(word, rest));
    }
  }
  return stages;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return lines
    .join("\n")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function splitOnce(line: string): readonly [string, string] {
  const at = line.indexOf(" ");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1).trim()];
}

function toStep(word: string, rest: string): Step {
  switch (word) {
    case "RUN":
      return { kind: word, command: rest };
    case "COPY":
      return toCopy(rest);
    case "ENV":
      return { kind: word, values: toValues(rest) };
    case "WORKDIR":
    case "USER":
      return { kind: word, value: rest };
    case "ENTRYPOINT":
    case "CMD":
      return { kind: word, command: JSON.parse(rest) as string[] };
    case "HEALTHCHECK":
      return { kind: word, command: JSON.parse(rest.slice(rest.indexOf("CMD ") + 4)) as string[] };
    default:
      throw new Error(`This reader does not know ${word}`);
  }
}

function toCopy(rest: string): Step {
  const words = rest.split(/\s+/);
  const option = (name: string): string | null =>
    words.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? null;
  return {
    kind: "COPY",
    ...{ from: option("from"), owner: option("chown") },
    paths: words.filter((one) => !one.startsWith("--")),
  };
}

function toValues(rest: string): Readonly<Record<string, string>> {
  const pairs = [...rest.matchAll(/(\w+)=("[^"]*"|\S*)/g)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value.replaceAll(/^"|"$/g, "")]));
}
