// Of how people sign in.

import type { Config } from "./config.ts";
import { oneOf } from "./kinds.ts";
import { setting } from "./setting.ts";

type DemandedOf = Config["signIn"]["requireSecondFactor"];

const demandedOf: readonly DemandedOf[] = ["none", "admins", "all"];

export const signInSettings = {
  requireSecondFactor: setting<DemandedOf>({
    path: "sign_in.require_second_factor",
    isLive: true,
    variable: "GHOSTLLM_REQUIRE_SECOND_FACTOR",
    kind: oneOf(demandedOf),
    default: "none",
    help: "Of whom a second factor is asked who signs in with a password: of nobody (`none`), of whoever may change what is everybody's (`admins`), or of everybody (`all`). A passkey is one. Who has none sets one up before anything else.",
    read: ({ signIn }) => signIn.requireSecondFactor,
  }),
};
