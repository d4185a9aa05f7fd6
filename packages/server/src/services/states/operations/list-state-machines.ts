/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html */
import type { ListStateMachinesInput, ListStateMachinesOutput } from "@aws-sdk/client-sfn";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { readNamedPage } from "../named-page.ts";
import type { NamedPage } from "../named-page.ts";
import { machinesTable } from "../tables.ts";
import type { MachineRow } from "../tables.ts";

export function listStateMachines({
  clock,
}: Kernel): Operation<ListStateMachinesInput, ListStateMachinesOutput, NamedPage<MachineRow>> {
  return {
    load: (reader, input, call) => readNamedPage(reader, machinesTable, call, input, clock.now()),
    decide(_tx, _input, { loaded: { rows, nextToken } }) {
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
