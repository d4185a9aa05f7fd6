/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html */
import type { UntagResourceInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { findTagged } from "../tagged.ts";
import * as targets from "../targets.ts";

export function untagResource(): Operation<UntagResourceInput, object> {
  return {
    target: targets.tagged,
    decide(tx, { resourceArn = "", tagKeys = [] }) {
      const tagged = findTagged(tx, resourceArn);
      const gone = new Set(tagKeys);
      tagged.setTags(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.has(key))));
      return {};
    },
  };
}
