/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html */
import type { TagResourceInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { findTagged } from "../tagged.ts";
import { addTags } from "../tags.ts";
import * as targets from "../targets.ts";

export function tagResource(): Operation<TagResourceInput, object> {
  return {
    target: targets.tagged,
    decide(tx, { resourceArn = "", tags }) {
      const tagged = findTagged(tx, resourceArn);
      tagged.setTags(addTags(resourceArn, tagged.tags, tags));
      return {};
    },
  };
}
