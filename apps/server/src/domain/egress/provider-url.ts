// The one validator of where a provider is: for ghostllm.yaml, for variables and for the admin API.

import { readBaseUrl } from "@ghostllm/llm";
import type { BaseUrlReading, ProviderDefinition } from "@ghostllm/llm";
import type { Egress } from "./egress.ts";

export function readProviderUrl(definition: ProviderDefinition, text: string, egress: Egress): BaseUrlReading {
  const reading = readBaseUrl(definition, text);
  if (reading.fault !== null) return reading;
  const fault = egress.faultOf(new URL(reading.url));
  return fault === null ? reading : { fault, hint: "Give the address of a server that may be asked." };
}

/** Why a setting cannot be a part of the vendor's own address; null where it can. What is more than a label would be another host. */
export function faultOfSetting({ baseUrl }: ProviderDefinition, name: string, value: string): string | null {
  if (/\p{Cc}/u.test(value)) return "it has control characters";
  const isInAddress = baseUrl?.includes(`{${name}}`) === true;
  return isInAddress && !/^[a-z\d-]{0,63}$/i.test(value) ? "it may have letters, digits and hyphens alone" : null;
}
