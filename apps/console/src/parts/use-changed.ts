import { useRefresh } from "#api/api.tsx";
import { useToast } from "./toast.tsx";

/** What follows a change of something that is in force at once: these groups are read anew, and it is said. */
export function useChanged(): (name: string, ...groups: readonly string[]) => Promise<void> {
  const refresh = useRefresh();
  const toast = useToast();
  return async (name, ...groups) => {
    await refresh(...groups);
    toast.tell(`“${name}” is changed, and in force`);
  };
}
