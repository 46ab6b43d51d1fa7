// The configuration of a server that runs: read anew when its file changes or somebody asks for it. Called by compose.ts. Invariant: a
// file with a fault changes nothing, and what it declares and what it sets come in force together.

import { checkText, type CheckedText } from "#config/check-text.ts";
import type { LoadedConfig } from "#config/load.ts";
import { describeConfig } from "#config/describe.ts";
import { changesBetween, liveValues, putInForce, type SettingChange } from "#config/live.ts";
import { maskSecrets } from "#config/masked-text.ts";
import { ConfigError, type ConfigProblem } from "#config/problems.ts";
import { readAnew } from "#config/remote.ts";
import { type SettingName, settings } from "#config/settings.ts";
import { authorOf, objectOf } from "#control/declared/applier.ts";
import type { DeclaredKeeper } from "#control/declared/keeper.ts";
import type { Store } from "#control/store/store.ts";
import type { ConfigurationInForce } from "#control/system/configuration-in-force.ts";
import { deed } from "#domain/audit.ts";
import type { Health } from "#link/health.ts";
import { describeFault } from "#telemetry/fault.ts";
import { FollowedFiles } from "./followed-files.ts";
import type { Foundation } from "./foundation.ts";

const retryMs = 5_000;

export interface RunningParts {
  readonly foundation: Pick<Foundation, "config" | "log" | "metrics" | "clock" | "disposer" | "reconfigured">;
  readonly given: LoadedConfig;
  readonly health: Health;
}

/** What is there only when the server is whole. */
interface Others {
  readonly declared: Pick<DeclaredKeeper, "change" | "standing">;
  readonly store: Pick<Store, "audit">;
  /** Puts it in force in other threads. */
  readonly tellWorkers: () => Promise<void>;
}

export class RunningConfiguration implements ConfigurationInForce {
  readonly #parts: RunningParts;
  /** As it was read last without a fault. */
  #read: LoadedConfig;
  #problems: readonly ConfigProblem[] = [];
  #readAt: number;
  #others: Others | null = null;
  #last: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.#read = parts.given;
    this.#readAt = parts.foundation.clock.now();
    parts.foundation.metrics.watchConfiguration(() => ({ isGood: this.#problems.length === 0, readAt: this.#readAt }));
  }

  get file(): string | null {
    return this.#read.file;
  }

  get text(): string | null {
    return this.#read.text === null ? null : maskSecrets(this.#read.text);
  }

  check(text: string): CheckedText {
    return checkText(this.#read, text);
  }

  /** What SIGHUP does; null where there is no file. */
  get reloader(): (() => Promise<void>) | null {
    return this.file === null ? null : () => this.reload();
  }

  get readAt(): number {
    return this.#readAt;
  }

  get problems(): readonly ConfigProblem[] {
    return this.#problems;
  }

  get settings(): ConfigurationInForce["settings"] {
    const { given, foundation } = this.#parts;
    const origins = Object.fromEntries(
      Object.entries(settings).map(([name, one]) => {
        const setting = name as SettingName;
        return [name, ("isLive" in one ? this.#read : given).origins[setting]];
      }),
    ) as LoadedConfig["origins"];
    const waiting = new Map(this.waiting.map((change) => [change.path, change.after]));
    return describeConfig(foundation.config, origins).settings.map((one) => ({
      ...one,
      waiting: waiting.get(one.path) ?? null,
    }));
  }

  get providers(): ConfigurationInForce["providers"] {
    return describeConfig(
      { ...this.#parts.foundation.config, providers: this.#read.config.providers },
      this.#read.origins,
    ).providers;
  }

  /** What the file has otherwise than the server, which needs a restart for it. */
  get waiting(): readonly SettingChange[] {
    return changesBetween(this.#parts.given.values, this.#read.values).filter(({ isLive }) => !isLive);
  }

  /** From now on it follows the file. */
  async follow(others: Others): Promise<void> {
    this.#others = others;
    const { problems } = await others.declared.standing();
    this.#note(problems);
    const files = new FollowedFiles({ read: () => this.#read, onChange: () => this.reload() });
    this.#parts.foundation.disposer.add(() => files.close());
    this.#parts.foundation.disposer.add(() => clearTimeout(this.#retry));
  }

  /** One after the other. Never rejects: what is wrong is told. */
  reload(): Promise<void> {
    this.#last = this.#last.then(() => this.#reload());
    return this.#last;
  }

  async #reload(): Promise<void> {
    const { log } = this.#parts.foundation;
    clearTimeout(this.#retry);
    try {
      const next = await readAnew(this.#read.sources);
      await this.#takeOver(next);
    } catch (error) {
      const isKnown = error instanceof ConfigError;
      // The file is not what was wrong with it, such as a database that was away: no other change of the file may come.
      if (!isKnown) this.#retry = setTimeout(() => void this.reload(), retryMs).unref();
      const problems = isKnown ? error.problems : [toProblem(this.#read, error)];
      for (const { path, message, hint } of problems)
        log.error({ path, problem: message, hint }, "the configuration is not read anew, and all stays as it was");
      this.#note(problems);
    }
  }

  async #takeOver(next: LoadedConfig): Promise<void> {
    const others = this.#others;
    if (others === null) return;
    const problems = await others.declared.change(next);
    if (problems.length > 0) throw new ConfigError(problems);
    const { given, foundation } = this.#parts;
    const { log, config, reconfigured, clock } = foundation;
    const changes = changesBetween(this.#read.values, next.values);
    const known = this.#read.warnings;
    this.#read = next;
    putInForce(config, given, liveValues(given.values, next.values));
    log.level = config.logLevel;
    reconfigured.tell();
    await others.tellWorkers();
    this.#readAt = clock.now();
    this.#note([]);
    for (const warning of next.warnings)
      if (!known.includes(warning)) log.warn({ warning }, "the configuration has a warning");
    for (const { path, before, after, isLive } of changes)
      log.info(
        { setting: path, before, after },
        isLive ? "a setting is changed" : "a setting is changed in the file, and needs a restart",
      );
    if (changes.length > 0) await this.#tellAudit(others, changes);
  }

  async #tellAudit({ store }: Others, changes: readonly SettingChange[]): Promise<void> {
    const { file } = this.#read.declared;
    const told = changes.map(({ path: field, before, after }) => ({ field, before, after }));
    const waiting = changes.filter(({ isLive }) => !isLive).map(({ path }) => path);
    const draft = deed("configuration.reloaded", objectOf(file), {
      changes: told,
      details: { needs_restart: waiting },
    });
    await store.audit.by(authorOf(file), () => store.audit.add([draft]));
  }

  #note(problems: readonly ConfigProblem[]): void {
    this.#problems = problems;
    const [first] = problems;
    const more = problems.length > 1 ? `, and ${problems.length - 1} more` : "";
    const detail = first === undefined ? (this.file ?? "environment only") : `${first.path}: ${first.message}${more}`;
    this.#parts.health.report("configuration", { isHealthy: first === undefined, detail });
  }
}

function toProblem({ file }: LoadedConfig, error: unknown): ConfigProblem {
  return {
    path: file ?? "configuration",
    message: describeFault(error).message ?? "it cannot be read",
    hint: "It is tried again",
  };
}
