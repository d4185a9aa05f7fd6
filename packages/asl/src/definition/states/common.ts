/** Parts that many state types share. Each reads its fields and gives the members of the machine's types. */
import { readJsonataAssign, readPathAssign } from "../assign.ts";
import type { StateSource } from "../compilation.ts";
import { stateFields } from "../fields.ts";
import { readNullablePath, readResultPath, readObjectTemplate, readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { readJsonata } from "../jsonata-fields.ts";
import type { StatesMember } from "../jsonata-fields.ts";
import type { DataFlow, JsonataFlow, JsonPathFlow, QueryLanguage, StateType, Transition } from "../machine.ts";

interface Base {
  readonly name: string;
  readonly pointer: string;
  readonly queryLanguage: QueryLanguage;
}

/** Name, pointer and language of a state. */
export function readBase({ name, reader, language }: StateSource): Base {
  return { name, pointer: reader.pointer, queryLanguage: language };
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

/** Types of state whose work gives a result of its own: `$states.result`. */
const WITH_RESULT: ReadonlySet<StateType> = new Set(["Map", "Parallel", "Task"]);

/** The fields of the state that shape its data; of those, the ones its type has. */
export function readFlow(source: StateSource): DataFlow {
  const { reader, language, type } = source;
  const fields = stateFields(type);
  const own = <Value>(field: string, read: () => Value): Value | undefined => (fields.has(field) ? read() : undefined);
  if (language === "JSONata") {
    const members: readonly StatesMember[] = WITH_RESULT.has(type) ? ["result"] : [];
    return {
      language,
      ...present({
        arguments: own("Arguments", () => readJsonata(source, reader, "Arguments")),
        output: own("Output", () => readJsonata(source, reader, "Output", members)),
        assign: own("Assign", () => readJsonataAssign(source, reader, members)),
      }),
    };
  }
  return {
    language,
    ...present({
      inputPath: own("InputPath", () => readNullablePath(reader, "InputPath")),
      outputPath: own("OutputPath", () => readNullablePath(reader, "OutputPath")),
      // A Map's `Parameters` are its `ItemSelector`.
      parameters: type === "Map" ? undefined : own("Parameters", () => readTemplate(reader, "Parameters")),
      resultSelector: own("ResultSelector", () => readObjectTemplate(reader, "ResultSelector")),
      resultPath: own("ResultPath", () => readResultPath(reader)),
      assign: own("Assign", () => readPathAssign(source, reader)),
    }),
  };
}

/**
 * The fields of a catcher or a choice rule that shape the data of the way it opens.
 * @param members what `$states` has there
 */
export function readWayFlow(
  source: StateSource,
  reader: FieldReader,
  members: readonly StatesMember[] = [],
): Pick<JsonataFlow, "assign" | "language" | "output"> | Pick<JsonPathFlow, "assign" | "language"> {
  const { language } = source;
  if (language === "JSONPath") return { language, ...present({ assign: readPathAssign(source, reader) }) };
  return {
    language,
    ...present({
      output: readJsonata(source, reader, "Output", members),
      assign: readJsonataAssign(source, reader, members),
    }),
  };
}
