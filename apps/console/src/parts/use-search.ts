import { useNavigate, useSearch } from "@tanstack/react-router";

type Search = Readonly<Record<string, string | undefined>>;

/** One value of the URL, such as which dialog is open: back closes it, and a link opens it. */
export function useSearchValue(name: string): readonly [string | undefined, (value: string | undefined) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (value: string | undefined): void => {
    void navigate({ to: ".", search: (before: Search) => ({ ...before, [name]: value }) });
  };
  return [search[name], change];
}

/** Leads to a path of the console, such as `/keys?new=key`. */
export function useGo(): (path: string, options?: { readonly replace?: boolean }) => Promise<void> {
  const navigate = useNavigate();
  return (path, options = {}) => {
    const [to = "/", query = ""] = path.split("?", 2);
    return navigate({ to, search: Object.fromEntries(new URLSearchParams(query)), ...options });
  };
}
