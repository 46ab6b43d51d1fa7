// Seals everything anew with the present key while the server works, a page at a time. Called by the resource `encryption`.
// Invariant: a value that has been changed meanwhile is left as it is, for whoever changed it has sealed it with that key.

import type { SealedValue, SealedValueStore } from "#control/store/sealed-values.ts";
import { UnsealError } from "./encryption.ts";
import type { Encryption } from "./encryption.ts";
import { sealedPlaces } from "./sealed-places.ts";
import type { BoundPlace } from "./sealed-places.ts";

export interface RotationDeps {
  readonly encryption: Encryption;
  readonly values: SealedValueStore;
}

export interface Rotation {
  readonly resealed: number;
  /** They are under the present key already. */
  readonly unchanged: number;
  /** Why each of them does not open. */
  readonly unreadable: readonly string[];
}

const pageValues = 100;

/** `all`: also what is under the present key, of which a service may have a newer version. Rejects with a KeyServiceError. */
export async function rotate({ encryption, values }: RotationDeps, all: boolean): Promise<Rotation> {
  let [resealed, unchanged] = [0, 0];
  const unreadable: string[] = [];
  for await (const { place, value } of everySealed(values)) {
    const binding = place.bindingOf(value.boundTo);
    try {
      if (!all && (await encryption.placeOf(value.sealed, binding)) === 0) unchanged += 1;
      else if (await values.replace(place, value, await encryption.rewrap(value.sealed, binding))) resealed += 1;
      else unchanged += 1;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      unreadable.push(error.message);
    }
  }
  return { resealed, unchanged, unreadable };
}

export interface KeysInUse {
  /** By the place of the key among those of the ring. */
  readonly sealed: readonly number[];
  readonly unreadable: number;
}

export async function countByKey({ encryption, values }: RotationDeps): Promise<KeysInUse> {
  const sealed = encryption.keys.map(() => 0);
  let unreadable = 0;
  for await (const { place, value } of everySealed(values)) {
    try {
      const key = await encryption.placeOf(value.sealed, place.bindingOf(value.boundTo));
      sealed[key] = (sealed[key] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      unreadable += 1;
    }
  }
  return { sealed, unreadable };
}

interface Placed {
  readonly place: BoundPlace;
  readonly value: SealedValue;
}

async function* everySealed(values: SealedValueStore): AsyncGenerator<Placed> {
  for (const place of sealedPlaces) {
    let after: string | undefined;
    do {
      const page = await values.list(place, { limit: pageValues, ...(after !== undefined && { after }) });
      for (const value of page) yield { place, value };
      after = page.length < pageValues ? undefined : page.at(-1)?.key;
    } while (after !== undefined);
  }
}
