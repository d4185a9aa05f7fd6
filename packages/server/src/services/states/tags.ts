/** Tags of state machines and activities. */
import type { Tag } from "@aws-sdk/client-sfn";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import type { Tags } from "./tables.ts";

/** @throws TooManyTags */
export function addTags(arn: string, tags: Tags, given: readonly Tag[] | undefined): Tags {
  const added = Object.fromEntries((given ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
  const result = { ...tags, ...added };
  if (Object.keys(result).length > limits.tagsMax) throw errors.tooManyTags(arn);
  return result;
}

export function shownTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
