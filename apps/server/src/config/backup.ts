// Where backups go, how they are sealed, and when they are made.

import { resolve } from "node:path";
import type { BackupSettings } from "./backup-options.ts";
import type { ReadSetting } from "./read-setting.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingValues } from "./settings.ts";

const inBucket = (to: string): boolean => to.startsWith("s3://");

export function backupOf(values: SettingValues, cwd: string): BackupSettings {
  const { backupTo: to, backupPassphrase: passphrase, backupRecipients: recipients } = values;
  return {
    to: to === null || inBucket(to) ? to : resolve(cwd, to),
    ...{ passphrase, recipients, keep: values.backupKeep },
    ...{ everyMs: values.backupEveryMs, journalMs: values.backupJournalMs },
    ...{ s3Endpoint: values.backupS3Endpoint, s3Region: values.backupS3Region },
    ...{ s3AccessKeyId: values.backupS3AccessKeyId, s3SecretAccessKey: values.backupS3SecretAccessKey },
  };
}

/** What is to go somewhere by itself must be able to: nobody looks on when the first one fails. */
export function findBackupProblems(read: ReadSetting): readonly ConfigProblem[] {
  const [to, every, journal] = [read("backupTo"), read("backupEveryMs"), read("backupJournalMs")];
  const hasKey = read("backupPassphrase").value !== null || read("backupRecipients").origin !== "default";
  const problems: ConfigProblem[] = [];
  const scheduled = [every, journal].find(({ value }) => value !== null);
  if (scheduled !== undefined && to.value === null)
    problems.push({ path: scheduled.origin, message: "backups have nowhere to go", hint: "Set backup.to." });
  if (to.value !== null && !hasKey)
    problems.push({
      path: to.origin,
      message: "backups would not be sealed, and all secrets are in them",
      hint: "Set backup.passphrase, or backup.recipients to public keys of age.",
    });
  const hasBucketKeys = read("backupS3AccessKeyId").value !== null && read("backupS3SecretAccessKey").value !== null;
  if (typeof to.value === "string" && inBucket(to.value) && !hasBucketKeys)
    problems.push({
      path: to.origin,
      message: "a bucket is named, but not who may write to it",
      hint: "Set backup.s3_access_key_id and backup.s3_secret_access_key.",
    });
  return problems;
}
