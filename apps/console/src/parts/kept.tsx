// What a page wants to find again when one comes back to it, and what may be in no storage: in the memory of the tab, for as long
// as the same person is signed in.

import { createContext, useContext, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";

class KeptValues {
  readonly #values = new Map<string, unknown>();
  readonly #watchers = new Set<() => void>();

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  get(name: string): unknown {
    return this.#values.get(name);
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
    for (const watcher of this.#watchers) watcher();
  }
}

const KeptContext = createContext<KeptValues | null>(null);

export function KeptProvider({ children }: { readonly children: ReactNode }) {
  const [values] = useState(() => new KeptValues());
  return <KeptContext value={values}>{children}</KeptContext>;
}

/** Like a state, but for that it outlives the page, which may change it even when it is gone. */
export function useKept<Value>(
  name: string,
  initial: Value,
): readonly [Value, (change: (now: Value) => Value) => void] {
  const values = useContext(KeptContext);
  if (values === null) throw new Error("There is no KeptProvider above");
  // Nobody else writes under this name.
  const read = (): Value => (values.get(name) as Value | undefined) ?? initial;
  const value = useSyncExternalStore(values.watch, read);
  return [value, (change) => values.set(name, change(read()))];
}
