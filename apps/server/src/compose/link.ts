// What passes between the planes, and whose engine it is. Called by compose.ts.

import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { Link } from "#link/link.ts";
import type { Openable } from "#link/opening.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { Foundation } from "./foundation.ts";

export function createLink({ clock, journal, events }: Foundation): Link & Openable {
  return createMemoryLink({ clock, write: (object) => writeOwner({ journal, events }, object) });
}

/** What is new goes into the journal, and from there into the database, as usage does. */
function writeOwner({ journal, events }: Pick<Foundation, "journal" | "events">, object: OwnedObject): void {
  try {
    journal.appendObject(object);
  } catch (error) {
    // It is known until the next start.
    events.internalError("journal", error);
  }
}
