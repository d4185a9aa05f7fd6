/**
 * Comparing a mocked result with what the API gives, as TestState does.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html
 */
import { isJsonObject } from "@tutti/asl";
import type { Json } from "@tutti/asl";

/** `json` is anything; `time` is a number or a text. */
export interface ResultField {
  readonly type: "json" | "number" | "object" | "string" | "time";
  readonly isRequired?: true;
  readonly values?: readonly string[];
}

/** The members of a result. Others are let through, such as the metadata that a service's answer carries. */
export type ResultSchema = Readonly<Record<string, ResultField>>;

/**
 * The first thing that is wrong with a mocked result, in AWS's words.
 * @param mode `STRICT` asks for the required members, too
 */
export function mockedResultProblem(
  schema: ResultSchema,
  result: Json,
  mode: "PRESENT" | "STRICT",
): string | undefined {
  if (!isJsonObject(result)) return "Mocked result must be a JSON object";
  for (const [name, field] of Object.entries(schema)) {
    const value = Object.hasOwn(result, name) ? result[name] : undefined;
    if (value !== undefined) {
      const problem = valueProblem(name, field, value);
      if (problem !== undefined) return `Mock result schema validation error: ${problem}`;
    } else if (mode === "STRICT" && field.isRequired) {
      return `Mock result schema validation error: Required field '${name}' is missing`;
    }
  }
  return undefined;
}

function valueProblem(name: string, { type, values }: ResultField, value: Json): string | undefined {
  switch (type) {
    case "json":
      return undefined;
    case "number":
      return typeof value === "number" ? undefined : `Field '${name}' must be a number`;
    case "object":
      return isJsonObject(value) ? undefined : `Field '${name}' must be an object`;
    case "time":
      return typeof value === "number" || typeof value === "string" ? undefined : `Field '${name}' must be a number`;
    case "string":
      if (typeof value !== "string") return `Field '${name}' must be a string`;
      return values === undefined || values.includes(value) ? undefined : `Field '${name}' is not an expected value`;
  }
}
