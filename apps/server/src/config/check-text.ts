// What a text would be as the configuration file of this server: its faults, and what it would change. Nothing of it comes in force, nothing
// is fetched, and no file is read that the one in force does not name. Called by compose/running-configuration.ts.

import { inspectConfig, type LoadedConfig } from "./load.ts";
import { changesBetween, type SettingChange } from "./live.ts";
import { restoreSecrets } from "./masked-text.ts";
import { ConfigError, describeProblem, type DescribedProblem } from "./problems.ts";
import { type ConfigFile, type ConfigSources, readConfigFile } from "./sources.ts";
import { configFileOf } from "./yaml-file.ts";

export interface CheckedText {
  readonly problems: readonly DescribedProblem[];
  readonly warnings: readonly string[];
  readonly changes: readonly SettingChange[];
  /** What it declares is not what the one in force declares. */
  readonly declaresOtherwise: boolean;
}

export function checkText(current: LoadedConfig, text: string): CheckedText {
  const sources = sourcesOf(current, restoreSecrets(text, current.text ?? ""));
  const conceal = concealing(text, sources);
  const nothing = { warnings: [], changes: [], declaresOtherwise: false };
  try {
    const next = inspectConfig(sources);
    const changes = changesBetween(current.values, next.values).map((one) => ({
      ...one,
      ...{ before: conceal(one.before), after: conceal(one.after) },
    }));
    const declaresOtherwise = next.digest !== current.digest;
    return { problems: [], warnings: next.warnings.map(conceal), changes, declaresOtherwise };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems
      .map(describeProblem)
      .map((one) => ({ ...one, message: conceal(one.message), hint: conceal(one.hint) }));
    return { ...nothing, problems };
  }
}

function sourcesOf({ sources, files }: LoadedConfig, text: string): ConfigSources {
  const { file } = configFileOf(sources);
  const readFile = (path: string): ConfigFile | null => {
    if (path === file) return { text, isPublic: false };
    if (!files.includes(path)) throw new Error("a check reads no file but those of the file in force");
    return (sources.readFile ?? readConfigFile)(path);
  };
  const { fetched: _, ...others } = sources;
  return { ...others, readFile };
}

/** Shorter ones are no secrets, and would be found in any word. */
const shortestConcealed = 5;
/** What is quoted of a value is as long at the most. */
const quotedLength = 60;

/** Puts names of variables in place of their values: whoever checks a text is told nothing of what it refers to. */
function concealing(text: string, { environment }: ConfigSources): (said: string) => string {
  const named = [...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap(([, name = ""]) => {
    const value = environment[name]?.trim() ?? "";
    return value.length < shortestConcealed ? [] : [{ name, value }];
  });
  const longestFirst = named.toSorted((one, other) => other.value.length - one.value.length);
  return (said) =>
    longestFirst.reduce(
      (words, { name, value }) =>
        words.replaceAll(value, `\${${name}}`).replaceAll(value.slice(0, quotedLength), `\${${name}}`),
      said,
    );
}
