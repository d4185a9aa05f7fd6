/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html */
import type { ListActivitiesInput, ListActivitiesOutput } from "@aws-sdk/client-sfn";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { readNamedPage } from "../named-page.ts";
import type { NamedPage } from "../named-page.ts";
import { activitiesTable } from "../tables.ts";
import type { ActivityRow } from "../tables.ts";

export function listActivities({
  clock,
}: Kernel): Operation<ListActivitiesInput, ListActivitiesOutput, NamedPage<ActivityRow>> {
  return {
    load: (reader, input, call) => readNamedPage(reader, activitiesTable, call, input, clock.now()),
    decide(_tx, _input, { loaded: { rows, nextToken } }) {
      const activities = rows.map(({ arn, name, createdAt }) => ({
        activityArn: arn,
        name,
        creationDate: new Date(createdAt),
      }));
      return { activities, ...nextToken };
    },
  };
}
