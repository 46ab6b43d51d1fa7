import type { ModelBody } from "#config/declared/schemas.ts";
import type { DeclaredThing } from "#config/declared/declarations.ts";
import { unknownModel } from "#control/catalog/discover.ts";
import { invalid } from "#control/resources/fields.ts";
import { toModelChange } from "#control/resources/models.ts";
import type { ModelChange, ModelRow } from "#control/store/model-store.ts";
import type { DeclaredDeps } from "./deps.ts";
import type { DeclaredKind, Fields } from "./kind.ts";
import type { Deed } from "./report.ts";
import { only } from "./teams.ts";

/** Of a model, and the name of its provider. */
export interface ModelOfProvider {
  readonly provider: string;
  readonly model: string;
  readonly said: ModelBody;
}

export type DeclaredModel = DeclaredThing<ModelOfProvider>;

type ModelFields = Fields & ModelChange;

/** Nothing is said of it. */
const silent = {
  ...{ contextLength: null, inputPrice: null, outputPrice: null, cachedInputPrice: null, furtherPrices: {} },
  ...{ supportsVision: null, supportsFunctions: null, supportsStreaming: null, limits: null, quality: null },
  inAuto: null,
};

export class DeclaredModels implements DeclaredKind<ModelOfProvider, ModelRow> {
  readonly kind = "model";
  readonly #deps: DeclaredDeps;

  constructor(deps: DeclaredDeps) {
    this.#deps = deps;
  }

  identityOf({ body: { provider, model } }: DeclaredModel): string {
    return `${provider}/${model}`;
  }

  find(id: string): Promise<ModelRow | undefined> {
    return this.#deps.store.models.find(id);
  }

  async findSame({ body: { provider, model } }: DeclaredModel): Promise<ModelRow | undefined> {
    const { store } = this.#deps;
    const owner = (await store.providers.list()).find(({ name }) => name === provider);
    return (await store.models.list()).find((row) => row.providerId === owner?.id && row.name === model);
  }

  async wanted({ body }: DeclaredModel): Promise<ModelFields> {
    return { ...silent, ...toModelChange(body.said, {}) };
  }

  async present(row: ModelRow): Promise<Fields> {
    return { ...row };
  }

  async create(thing: DeclaredModel, wanted: ModelFields): Promise<ModelRow> {
    const { store } = this.#deps;
    const { provider, model: name } = thing.body;
    const owner = (await store.providers.list()).find((row) => row.name === provider);
    if (owner === undefined) throw invalid("name", `There is no provider '${provider}'`);
    await store.models.add([{ ...unknownModel, ...wanted, providerId: owner.id, name, origin: "operator" }]);
    const row = await this.findSame(thing);
    if (row === undefined) throw new Error(`the model ${name} was added and is not there`);
    return row;
  }

  async change(_thing: DeclaredModel, row: ModelRow, fields: readonly string[], wanted: ModelFields): Promise<void> {
    await this.#deps.store.models.update(row.id, { ...only(wanted, fields), origin: "operator" });
  }

  /** Nothing is said of it any more, and it goes with the next list of its vendor that does not have it. */
  async letGo({ id }: ModelRow): Promise<Deed> {
    await this.#deps.store.models.update(id, { ...silent, origin: "vendor" });
    return "changed";
  }

  alone(): null {
    return null;
  }
}
