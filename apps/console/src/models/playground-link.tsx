import { Link } from "@tanstack/react-router";
import { useCaller } from "#api/me.ts";

/** To where a model or an alias is asked by hand. */
export function PlaygroundLink({ model }: { readonly model: string }) {
  const { may } = useCaller();
  if (!may("usage.read")) return <span className="text-faint">—</span>;
  return (
    <Link to="/playground" search={{ model }} className="text-accent hover:underline">
      in the playground
    </Link>
  );
}
