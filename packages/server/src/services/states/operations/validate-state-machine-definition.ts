/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html */
import type { ValidateStateMachineDefinitionInput, ValidateStateMachineDefinitionOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { partitionOf } from "../../../kernel/partitions.ts";
import { limits } from "../limits.ts";
import { compileForHere } from "../machines.ts";

export function validateStateMachineDefinition(): Operation<
  ValidateStateMachineDefinitionInput,
  ValidateStateMachineDefinitionOutput
> {
  return {
    decide(_tx, { definition = "", type = "STANDARD", severity = "ERROR", maxResults = 0 }, { call }) {
      const compiled = compileForHere(definition, [partitionOf(call.region)], type);
      const all = compiled.ok ? compiled.warnings : compiled.diagnostics;
      const wanted = all.filter((diagnostic) => severity === "WARNING" || diagnostic.severity === "ERROR");
      const max = maxResults === 0 ? limits.diagnosticsDefault : maxResults;
      return {
        result: compiled.ok ? "OK" : "FAIL",
        diagnostics: wanted.slice(0, max).map(({ severity: level, code, message, location }) => ({
          severity: level,
          code,
          message,
          ...(location !== undefined && { location }),
        })),
        truncated: wanted.length > max,
      };
    },
  };
}
