// A configuration file that is not on this machine: fetched before it is read. Called by whoever reads a configuration.

import { inspectConfig, type LoadedConfig } from "./load.ts";
import type { ConfigSources } from "./sources.ts";

export async function readAnew(sources: ConfigSources): Promise<LoadedConfig> {
  return inspectConfig(sources);
}

/** Asks whether there is another version of it. */
export async function hasChanged(_sources: ConfigSources): Promise<boolean> {
  return false;
}
