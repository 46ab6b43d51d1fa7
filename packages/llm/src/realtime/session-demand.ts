import { noDemand } from "#demand/request-demand.ts";
import type { RequestDemand } from "#demand/request-demand.ts";

/** What one response of a session in real time can cause: nobody here sees what it is asked, nor how much may be said. */
export const sessionDemand: RequestDemand = {
  ...noDemand,
  unseen: "what is said in a session",
  hearsSound: true,
  makesSound: true,
};
