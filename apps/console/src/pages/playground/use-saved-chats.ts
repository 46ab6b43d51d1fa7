// Chats that are saved with the key, and which of them the conversation is. Nothing of them is kept but in the memory of the tab.

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { listChats, savesChats } from "#connect/saved-chats.ts";
import type { SavedChat } from "#connect/saved-chats.ts";
import { useKept } from "#parts/kept.tsx";

const shortestKey = 21;

export interface SavedChats {
  readonly address: { readonly url: string; readonly key: string };
  /** What the key's policy says; null where it is not known. */
  readonly isAllowed: boolean | null;
  readonly chats: readonly SavedChat[];
  readonly error: Error | null;
  readonly hasMore: boolean;
  more(): void;
  refresh(): void;
  readonly isSaving: boolean;
  setSaving(isSaving: boolean): void;
  /** Which the conversation is; null: none yet. */
  readonly current: string | null;
  setCurrent(id: string | null): void;
  readonly isArchive: boolean;
  setArchive(isArchive: boolean): void;
  readonly words: string;
  setWords(words: string): void;
}

export function useSavedChats(key: string): SavedChats {
  const { serverUrl: url } = useApi();
  const client = useQueryClient();
  const [isWanted, setWanted] = useKept("playground.saving", false);
  const [current, setCurrent] = useKept<string | null>("playground.session", null);
  const [isArchive, setArchive] = useKept("playground.archive", false);
  const [words, setWords] = useKept("playground.words", "");
  const address = { url, key };
  const name = [key.slice(0, 15), key.length];
  const isKey = key.length >= shortestKey;
  const allowed = useQuery({
    queryKey: ["saves-chats", ...name],
    queryFn: ({ signal }) => savesChats(address, signal),
    ...{ enabled: isKey, retry: false },
  });
  const list = useInfiniteQuery({
    queryKey: ["saved-chats", ...name, isArchive, words],
    queryFn: ({ signal, pageParam }) => listChats(address, { isArchived: isArchive, words, after: pageParam, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    ...{ enabled: isKey, retry: false },
  });
  const isAllowed = allowed.data ?? null;
  return {
    ...{ address, isAllowed, error: list.error, hasMore: list.hasNextPage },
    chats: list.data?.pages.flatMap(({ chats }) => chats) ?? [],
    more: () => void list.fetchNextPage(),
    refresh: () => void client.invalidateQueries({ queryKey: ["saved-chats"] }),
    isSaving: isWanted && isAllowed === true,
    setSaving: (isSaving) => setWanted(() => isSaving),
    ...{ current, setCurrent: (id) => setCurrent(() => id) },
    ...{ isArchive, setArchive: (is) => setArchive(() => is), words, setWords: (typed) => setWords(() => typed) },
  };
}
