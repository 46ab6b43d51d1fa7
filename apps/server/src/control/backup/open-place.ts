import type { Place, PlaceSettings } from "./place.ts";

const bucketPattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/;

/** What is loaded for buckets is loaded only for them. */
export async function openPlace(settings: PlaceSettings): Promise<Place> {
  const [, bucket, prefix = ""] = bucketPattern.exec(settings.to) ?? [];
  if (bucket === undefined) return (await import("./folder-place.ts")).openFolder(settings.to);
  const { s3Endpoint, s3Region: region, s3AccessKeyId: accessKeyId, s3SecretAccessKey: secret } = settings;
  if (accessKeyId === null || secret === null)
    throw new Error("A bucket needs backup.s3_access_key_id and backup.s3_secret_access_key");
  const endpoint = s3Endpoint ?? `https://s3.${region}.amazonaws.com`;
  const { openBucket } = await import("./bucket-place.ts");
  return openBucket({ endpoint, bucket, prefix: prefix.replace(/\/+$/, ""), region, accessKeyId, secret });
}
