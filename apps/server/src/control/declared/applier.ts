// Makes the store what the configuration file declares. Called by keeper.ts. Invariant: all of it is stored in one transaction or nothing
// is, and whatever is wrong is said at once, with the places in the file.

import { GhostError } from "@ghostllm/contract";
import type { Declarations, DeclaredThing } from "#config/declared/declarations.ts";
import type { ConfigProblem } from "#config/problems.ts";
import type { DeclaredObject } from "#control/store/declared/declared-store.ts";
import { deed, type Author } from "#domain/audit.ts";
import { DeclaredAliases } from "./aliases.ts";
import type { DeclaredDeps } from "./deps.ts";
import { DeclaredKeys } from "./keys.ts";
import { settle, type DeclaredKind } from "./kind.ts";
import { DeclaredModels, type DeclaredModel } from "./models.ts";
import { Names } from "./names.ts";
import { DeclaredProviders } from "./providers.ts";
import { CannotApply, type Step } from "./report.ts";
import { DeclaredTeams } from "./teams.ts";

/** What ends a look at what would be done. */
class OnlyLooked extends Error {
  readonly steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    super("nothing is changed by looking");
    this.steps = steps;
  }
}

export class DeclaredApplier {
  readonly #deps: DeclaredDeps;

  constructor(deps: DeclaredDeps) {
    const { store } = deps;
    this.#deps = {
      ...deps,
      withdraw: (right) => store.units.afterwards(() => deps.withdraw(right)),
    };
  }

  /** Rejects with CannotApply where something cannot be as it is declared: then nothing is changed. */
  async apply(declared: Declarations): Promise<readonly Step[]> {
    const { store, changed } = this.#deps;
    const { file } = declared;
    return store.audit.by(authorOf(file), () =>
      store.units.together(async () => {
        const steps = await this.#settleAll(declared);
        if (steps.length === 0) return steps;
        await store.audit.add([deed("configuration.applied", objectOf(file), { details: countsOf(steps) })]);
        await store.units.afterwards(changed);
        return steps;
      }),
    );
  }

  /** What would be done. Rejects as `apply` does. */
  async look(declared: Declarations): Promise<readonly Step[]> {
    const { store } = this.#deps;
    try {
      await store.units.together(async () => {
        throw new OnlyLooked(await this.#settleAll(declared));
      });
      return [];
    } catch (error) {
      if (error instanceof OnlyLooked) return error.steps;
      throw error;
    }
  }

  async #settleAll(declared: Declarations): Promise<readonly Step[]> {
    // Usage is added to many keys at once, and another instance may be looking: whoever changes many waits for them before, and not in the middle.
    await this.#deps.store.units.holdUsage();
    const work = new Settling(this.#deps, await this.#deps.store.declared.list(), declared);
    return work.run();
  }
}

export function authorOf(file: string | null): Author {
  const actor = { kind: "configuration", id: null, name: file ?? "configuration file", userId: null } as const;
  return { actor, address: "", userAgent: "", requestId: null, route: null };
}

export function objectOf(file: string | null) {
  return { kind: "configuration", id: null, name: file ?? "" };
}

function countsOf(steps: readonly Step[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(steps, (step) => step.deed);
  return Object.fromEntries([...groups].map(([name, some]) => [name, some.length]));
}

/** One thing that is to become what the file says. */
interface Task {
  readonly run: () => Promise<Step | null>;
  /** Without what refers to others; null: it refers to none. */
  readonly runAlone: (() => Promise<Step | null>) | null;
  readonly pointAt: (field: string) => string;
}

class Settling {
  readonly #deps: DeclaredDeps;
  readonly #objects: readonly DeclaredObject[];
  readonly #declared: Declarations;
  readonly #names: Names;
  readonly #steps: Step[] = [];

  constructor(deps: DeclaredDeps, objects: readonly DeclaredObject[], declared: Declarations) {
    this.#deps = deps;
    this.#objects = objects;
    this.#declared = declared;
    this.#names = new Names(deps.store);
  }

  /** What goes makes room for what comes, but for that on which others rely. */
  async run(): Promise<readonly Step[]> {
    const { providers, aliases, teams, keys } = this.#declared;
    const [ofTeams, ofAliases] = [
      new DeclaredTeams(this.#deps, this.#names),
      new DeclaredAliases(this.#deps, this.#names),
    ];
    const [ofProviders, ofModels] = [new DeclaredProviders(this.#deps), new DeclaredModels(this.#deps)];
    const ofKeys = new DeclaredKeys(this.#deps, this.#names);
    const models = providers.flatMap(modelsOf);
    await this.#letGo(ofKeys, keys);
    await this.#letGo(ofAliases, aliases);
    await this.#letGo(ofModels, models);
    await this.#runAll([
      ...this.#tasks(ofTeams, teams),
      ...this.#tasks(ofProviders, providers),
      ...this.#tasks(ofModels, models),
      ...this.#tasks(ofAliases, aliases),
      ...this.#tasks(ofKeys, keys),
    ]);
    await this.#letGo(ofProviders, providers);
    await this.#letGo(ofTeams, teams);
    return this.#steps;
  }

  #tasks<Body, Row extends { readonly id: string }>(
    of: DeclaredKind<Body, Row>,
    things: readonly DeclaredThing<Body>[],
  ): readonly Task[] {
    const named = new Set(things.map((thing) => of.identityOf(thing)));
    const known = { store: this.#deps.store, objects: this.#objects, named };
    return things.map((thing) => {
      const alone = of.alone(thing);
      return {
        run: () => settle(of, thing, known),
        runAlone: alone && (() => settle(of, alone, known)),
        pointAt: thing.pointAt,
      };
    });
  }

  /** In rounds, since one may refer to another that comes later; where two refer to each other, they come without that at first. */
  async #runAll(tasks: readonly Task[]): Promise<void> {
    let open: readonly Task[] = tasks;
    let errors: readonly GhostError[] = [];
    const cameAlone = new Set<Task>();
    while (open.length > 0) {
      const attempts = await this.#attemptAll(open);
      const hasMoved = attempts.length < open.length;
      open = attempts.map(({ task }) => task);
      errors = attempts.map(({ error }) => error);
      if (hasMoved) continue;
      const left = open.filter((task) => task.runAlone !== null && !cameAlone.has(task));
      if (left.length === 0) break;
      for (const task of left) {
        cameAlone.add(task);
        if (task.runAlone !== null) await this.#attempt(task.runAlone);
      }
    }
    const problems = errors.flatMap((error, index) => (open[index] === undefined ? [] : toProblem(open[index], error)));
    if (problems.length > 0) throw new CannotApply(problems);
  }

  /** Answers those that cannot be done yet. */
  async #attemptAll(tasks: readonly Task[]) {
    const left: { readonly task: Task; readonly error: GhostError }[] = [];
    for (const task of tasks) {
      const error = await this.#attempt(task.run);
      if (error !== null) left.push({ task, error });
    }
    return left;
  }

  /** Null where it is done. */
  async #attempt(run: () => Promise<Step | null>): Promise<GhostError | null> {
    try {
      const step = await this.#deps.store.units.together(run);
      // What came without its references has been told of.
      const isTold = this.#steps.some(({ kind, name }) => kind === step?.kind && name === step.name);
      if (step !== null && !isTold) this.#steps.push(step);
      return null;
    } catch (error) {
      if (error instanceof GhostError && ["invalid_request_error", "conflict"].includes(error.code)) return error;
      throw error;
    }
  }

  async #letGo<Body, Row extends { readonly id: string }>(
    of: DeclaredKind<Body, Row>,
    things: readonly DeclaredThing<Body>[],
  ): Promise<void> {
    const isThere = (identity: string) => this.#objects.some(({ kind, name }) => kind === of.kind && name === identity);
    // What is renamed stays; a former name that stands there still says nothing.
    const renamed = things.filter((thing) => thing.was !== null && !isThere(of.identityOf(thing)));
    const names = [...things, ...renamed.map((thing) => ({ ...thing, name: thing.was ?? "" }))].map(of.identityOf);
    const known = await this.#idsOf(of, things);
    for (const { kind, id, name } of this.#objects) {
      if (kind !== of.kind || names.includes(name) || known.has(id)) continue;
      const row = await of.find(id);
      if (row !== undefined) this.#steps.push(await this.#release(of, row, name));
      await this.#deps.store.declared.forget({ kind: of.kind, id });
    }
  }

  /** What has another name in the file now, and is known by something else. */
  async #idsOf<Body, Row extends { readonly id: string }>(
    of: DeclaredKind<Body, Row>,
    things: readonly DeclaredThing<Body>[],
  ): Promise<ReadonlySet<string>> {
    if (of.kind !== "key") return new Set();
    const same = await Promise.all(things.map((thing) => of.findSame(thing)));
    return new Set(same.flatMap((row) => row?.id ?? []));
  }

  async #release<Body, Row extends { readonly id: string }>(
    of: DeclaredKind<Body, Row>,
    row: Row,
    name: string,
  ): Promise<Step> {
    return { kind: of.kind, name, place: null, deed: await of.letGo(row), differences: [] };
  }
}

function modelsOf({
  body: { configured },
  place,
  pointAt,
}: Declarations["providers"][number]): readonly DeclaredModel[] {
  const { name: provider, models = {} } = configured;
  return Object.entries(models).map(([model, said]) => ({
    ...{ name: model, was: null, body: { provider, model, said }, place },
    pointAt: (field) => pointAt(`models.${model}.${field}`),
  }));
}

const fieldNames: Readonly<Record<string, string>> = { team_id: "team", user_id: "user", key_hash: "secret" };

function toProblem({ pointAt }: Task, { param = "name", message }: GhostError): ConfigProblem {
  const said = message.startsWith(`${param}: `) ? message.slice(param.length + 2) : message;
  return { path: pointAt(fieldNames[param] ?? param), message: said.replace(/\.$/, ""), hint: "Correct it there" };
}
