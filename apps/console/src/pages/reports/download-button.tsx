import { useApi } from "#api/api.tsx";
import type { Report } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { saveFile } from "#parts/save-file.ts";
import { useTask } from "#parts/use-task.ts";

interface DownloadButtonProps {
  readonly report: Report;
  /** Of the periods before that, as a run told them; null: before now. */
  readonly before: string | null;
}

/** What was sent is not kept: it is made anew, as the report is now. */
export function DownloadButton({ report: { id, name }, before }: DownloadButtonProps) {
  const { client } = useApi();
  const downloading = useTask(async () => {
    const at = before ?? new Date().toISOString();
    const text = await client.reports.content({ params: { id }, query: { before: at } });
    saveFile(`${name} ${at.slice(0, 10)}.csv`, "text/csv", text);
  });
  const isOfRun = before !== null;
  return (
    <Button
      look={isOfRun ? "quiet" : "plain"}
      className={isOfRun ? "h-6!" : ""}
      isBusy={downloading.isPending}
      onClick={() => downloading.mutate()}
    >
      {isOfRun ? "Download" : "Download CSV"}
    </Button>
  );
}
