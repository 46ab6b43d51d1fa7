import { useApi } from "#api/api.tsx";
import { buttonClass } from "#parts/button.tsx";

interface ExportLinkProps {
  readonly userId: string;
  readonly email: string;
}

/** A link, so that the browser keeps it, however long it is, without the page holding it. */
export function ExportLink({ userId, email }: ExportLinkProps) {
  const { serverUrl } = useApi();
  return (
    <a className={buttonClass()} download={`${email}.ndjson`} href={`${serverUrl}/admin/users/${userId}/export`}>
      Export data
    </a>
  );
}
