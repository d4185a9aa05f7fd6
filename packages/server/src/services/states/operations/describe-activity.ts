/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html */
import type { DescribeActivityInput, DescribeActivityOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { findActivity } from "../activities.ts";
import * as targets from "../targets.ts";

export function describeActivity(): Operation<DescribeActivityInput, DescribeActivityOutput> {
  return {
    target: targets.activity,
    decide(tx, { activityArn = "" }) {
      const { arn, name, createdAt } = findActivity(tx, activityArn);
      return {
        activityArn: arn,
        name,
        creationDate: new Date(createdAt),
        encryptionConfiguration: { type: "AWS_OWNED_KEY" },
      };
    },
  };
}
