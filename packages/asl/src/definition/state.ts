/** One state: its type and query language decide who compiles it. */
import type { Compilation, StateSource } from "./compilation.ts";
import type { FieldReader } from "./field-reader.ts";
import { checkFields, QUERY_LANGUAGES, STATE_TYPES, stateFields } from "./fields.ts";
import { LANGUAGES } from "./languages.ts";
import type { QueryLanguage, State } from "./machine.ts";

/** The compiled state; `undefined` when it could not be compiled, which has then been reported. */
export function compileState(source: StateSource): State | undefined {
  const { reader, compilation } = source;
  reader.require("Type");
  reader.text("Comment");
  const type = reader.oneOf("Type", STATE_TYPES);
  const language = stateLanguage(reader, compilation);
  if (type === undefined) return undefined;
  checkFields(reader.object, reader.pointer, stateFields(type), language, compilation.problems);
  const support = LANGUAGES[language];
  return support.kind === "compilers" ? support.compilers[type](source) : undefined;
}

/** A language that is refused is reported where it was chosen, not at every state that inherits it. */
function stateLanguage(reader: FieldReader, compilation: Compilation): QueryLanguage {
  const { problems, queryLanguage } = compilation;
  const own = reader.oneOf("QueryLanguage", QUERY_LANGUAGES);
  if (own === undefined) return queryLanguage;
  const support = LANGUAGES[own];
  if (support.kind === "refused") problems.ofValue(reader.place("QueryLanguage"), support.message);
  if (own === "JSONPath" && queryLanguage === "JSONata") {
    problems.ofObject(
      reader.pointer,
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    );
  }
  return own;
}
