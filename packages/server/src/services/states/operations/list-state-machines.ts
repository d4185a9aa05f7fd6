/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html */
import type { ListStateMachinesInput, ListStateMachinesOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { takePage } from "../named-page.ts";
import { machinesTable } from "../tables.ts";

export function listStateMachines(): Operation<ListStateMachinesInput, ListStateMachinesOutput> {
  return {
    decide(tx, input, { call }) {
      const { rows, nextToken } = takePage(tx, machinesTable, call, input);
      const stateMachines = rows.map(({ arn, name, createdAt }) => ({
        stateMachineArn: arn,
        name,
        type: "STANDARD" as const,
        creationDate: new Date(createdAt),
      }));
      return { stateMachines, ...nextToken };
    },
  };
}
