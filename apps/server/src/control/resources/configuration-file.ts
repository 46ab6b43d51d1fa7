// The configuration file as its readers see it, and what a text would be in its place. Called by system.ts.

import { GhostError } from "@ghostllm/contract";
import { toApiProblem } from "./declared.ts";
import { toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

export function fileRoutesOf({
  configuration,
}: Pick<ResourceDependencies, "configuration">): Pick<Resource<"system">, "file" | "check" | "reload"> {
  return {
    file: async () => ({ file: configuration.file, text: configuration.text }),

    async check({ body: { text } }) {
      const { problems, warnings, changes, declaresOtherwise } = configuration.check(text);
      return {
        problems: problems.map((one) => ({ ...one })),
        warnings: [...warnings],
        changes: changes.map(({ isLive, ...change }) => ({ ...change, is_live: isLive })),
        declares_otherwise: declaresOtherwise,
      };
    },

    async reload() {
      if (configuration.file === null) throw new GhostError("conflict", "This server was started without a file.");
      await configuration.reload();
      const { readAt, problems } = configuration;
      return { read_at: toTime(readAt), problems: problems.map(toApiProblem) };
    },
  };
}
