/** Parts that many state types share. Each reads its fields and gives the members of the machine's types. */
import type { StateSource } from "../compilation.ts";
import { readNullablePath, readResultPath, readObjectTemplate, readSinglePath, readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { TIMEOUT_SECONDS } from "../limits.ts";
import type { InputOutputPaths, ResultShaping, SecondsField, Transition } from "../machine.ts";

/** Name, pointer and language of a JSONPath state. */
export function readBase({ name, reader }: StateSource): { name: string; pointer: string; queryLanguage: "JSONPath" } {
  return { name, pointer: reader.pointer, queryLanguage: "JSONPath" };
}

/** `Next` or `End`, exactly one; `End: false` says nothing. That `Next` exists is checked with the container's graph. */
export function readTransition(reader: FieldReader): Transition | undefined {
  const next = reader.text("Next");
  const end = reader.boolean("End");
  if (reader.has("Next") && end === true) reader.tooMany(["Next", "End"]);
  else if (!reader.has("Next") && end !== true) {
    // An `End` that is no boolean has been reported already.
    if (!reader.has("End") || end === false) reader.noneOf(["Next", "End"]);
  } else return end === true ? { next: null } : next === undefined ? undefined : { next };
  return undefined;
}

export function readInputOutput(reader: FieldReader): InputOutputPaths {
  return present({
    inputPath: readNullablePath(reader, "InputPath"),
    outputPath: readNullablePath(reader, "OutputPath"),
  });
}

export function readResultShaping(reader: FieldReader): ResultShaping {
  return present({ parameters: readTemplate(reader, "Parameters"), ...readResult(reader) });
}

/** How a result becomes output: `ResultSelector` and `ResultPath`. */
export function readResult(reader: FieldReader): Omit<ResultShaping, "parameters"> {
  return present({ resultSelector: readObjectTemplate(reader, "ResultSelector"), resultPath: readResultPath(reader) });
}

/** `TimeoutSeconds` or `HeartbeatSeconds`, or its path. */
export function readSeconds(
  reader: FieldReader,
  name: "HeartbeatSeconds" | "TimeoutSeconds",
): SecondsField | undefined {
  const pathName = `${name}Path`;
  reader.onlyOne([name, pathName], "optional");
  const seconds = reader.integer(name, TIMEOUT_SECONDS);
  if (seconds !== undefined) return { kind: "seconds", seconds };
  const path = readSinglePath(reader, pathName);
  return path && { kind: "path", path };
}
