// What the configuration file declares, as the admin API tells it. Called by system.ts.

import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ConfigProblem } from "#config/problems.ts";
import type { Step } from "#control/declared/report.ts";
import { toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiStep = RouteAnswer<AdminRoutes["system"]["apply"]>["steps"][number];

export function declaredRoutesOf({
  declared,
}: Pick<ResourceDependencies, "declared">): Pick<Resource<"system">, "declared" | "apply"> {
  return {
    async declared() {
      const [{ file, state, applied, problems }, drift] = [await declared.standing(), await declared.drift()];
      const wrong = problems.length > 0 ? problems : drift.problems;
      return {
        ...{ file, state },
        applied: applied && {
          ...{ file: applied.file, at: toTime(applied.at), instance: applied.instance },
          digest: applied.digest.slice(0, shownDigits),
        },
        problems: wrong.map(toApiProblem),
        differences: drift.steps.map(toApiStep),
      };
    },

    async apply() {
      const steps = await declared.applyNow();
      const { problems } = await declared.standing();
      const [first] = problems;
      if (first === undefined) return { steps: steps.map(toApiStep) };
      const more = problems.length === 1 ? "" : `, and ${problems.length - 1} more`;
      throw new GhostError("conflict", `Nothing was changed. ${first.path}: ${first.message}${more}`);
    },
  };
}

export function toApiProblem({ path: place, message, hint }: ConfigProblem) {
  return { place, message: `${message}. ${hint}` };
}

/** The rest of them tells nobody more. */
const shownDigits = 12;

function toApiStep({ differences, ...step }: Step): ApiStep {
  return { ...step, differences: differences.map((one) => ({ ...one })) };
}
