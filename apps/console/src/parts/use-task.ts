import { useMutation } from "@tanstack/react-query";
import { wordsOf } from "./states.tsx";
import { useToast } from "./toast.tsx";

/** What a button does: busy while it goes on, and told where it fails. */
export function useTask(run: () => Promise<void>) {
  const toast = useToast();
  return useMutation({ mutationFn: run, onError: (error) => toast.fail(wordsOf(error)) });
}
