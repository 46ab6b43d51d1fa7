import { Link } from "@tanstack/react-router";
import { useCaller } from "#api/me.ts";

interface RequestsLinkProps {
  readonly of: "key" | "user" | "team" | "organisation" | "provider" | "asked";
  /** Of what asks; of what is asked for the name. */
  readonly id: string;
}

/** To what was asked by, or of, whoever a page is about. */
export function RequestsLink({ of, id }: RequestsLinkProps) {
  const { may } = useCaller();
  if (!may("usage.read")) return <span className="text-faint">—</span>;
  return (
    <Link to="/requests" search={{ [of]: id, range: "30d" }} className="text-accent hover:underline">
      of the last 30 days
    </Link>
  );
}
