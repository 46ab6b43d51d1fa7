// Of the web console.

import { directory, optional } from "./kinds.ts";
import { setting } from "./setting.ts";

export const consoleSettings = {
  consoleDirectory: setting<string | null>({
    path: "console.directory",
    variable: "GHOSTLLM_CONSOLE_DIR",
    kind: optional(directory),
    default: null,
    help: "Folder of the built console, served at `/console`. `npm start` and a release name their own; unset: there is none.",
    read: (config) => config.console.directory,
  }),
};
