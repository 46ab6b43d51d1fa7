// Whether somebody who signs in is shown the first steps: while there is no provider but the demo, and until he has skipped them.

import { useQuery } from "@tanstack/react-query";
import { useApi } from "./api.tsx";
import { useCaller } from "./me.ts";

const name = "ghostllm.welcome";

export function skipWelcome(): void {
  try {
    localStorage.setItem(name, "skipped");
  } catch {
    // He is asked again the next time.
  }
}

function isSkipped(): boolean {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return true;
  }
}

export function useNeedsWelcome(): boolean {
  const { queries } = useApi();
  const { may } = useCaller();
  const mayHelp = may("providers.create") && may("keys.create") && !isSkipped();
  const providers = useQuery({ ...queries.providers, enabled: mayHelp });
  return mayHelp && providers.data?.items.every(({ provider_type: type }) => type === "demo") === true;
}
