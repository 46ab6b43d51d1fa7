// The engines that the suites about link run over. Each suite asks of all of them the same.

import type { Link } from "#link/link.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { LinkBounds } from "#link/memory/memory-link.ts";
import type { Openable } from "#link/opening.ts";
import type { OwnedObject } from "#link/owners.ts";
import { TestClock } from "../support/stage.ts";

export interface StartedLink {
  readonly link: Link & Openable;
  /** What was told that is to be known after a restart, in order. */
  readonly written: readonly OwnedObject[];
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface LinkEngine {
  readonly name: string;
  start(bounds?: LinkBounds): Promise<StartedLink>;
}

export const linkEngines: readonly LinkEngine[] = [{ name: "memory", start: async (bounds) => startMemory(bounds) }];

function startMemory(bounds?: LinkBounds): StartedLink {
  const clock = new TestClock();
  const written: OwnedObject[] = [];
  const link = createMemoryLink({ clock, write: (object) => void written.push(object), ...(bounds && { bounds }) });
  return {
    link,
    written,
    async advance(ms) {
      clock.ms += ms;
    },
    async close() {},
  };
}
