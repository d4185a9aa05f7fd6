/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html */
import type { ListTagsForResourceInput, ListTagsForResourceOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { findTagged } from "../tagged.ts";
import { shownTags } from "../tags.ts";
import * as targets from "../targets.ts";

export function listTagsForResource(): Operation<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return {
    target: targets.tagged,
    decide: (tx, { resourceArn = "" }) => ({ tags: shownTags(findTagged(tx, resourceArn).tags) }),
  };
}
