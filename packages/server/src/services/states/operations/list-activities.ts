/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html */
import type { ListActivitiesInput, ListActivitiesOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { takePage } from "../named-page.ts";
import { activitiesTable } from "../tables.ts";

export function listActivities(): Operation<ListActivitiesInput, ListActivitiesOutput> {
  return {
    decide(tx, input, { call }) {
      const { rows, nextToken } = takePage(tx, activitiesTable, call, input);
      const activities = rows.map(({ arn, name, createdAt }) => ({
        activityArn: arn,
        name,
        creationDate: new Date(createdAt),
      }));
      return { activities, ...nextToken };
    },
  };
}
