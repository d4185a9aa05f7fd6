/** One state: its type and query language decide how it is compiled. */
import type { Compilation } from "./compilation.ts";
import type { FieldReader } from "./field-reader.ts";
import { checkFields, QUERY_LANGUAGES, STATE_TYPES, stateFields } from "./fields.ts";
import type { QueryLanguage, State } from "./machine.ts";
import { STATE_COMPILERS } from "./state-compilers.ts";
import { readPathReferences } from "./variable-references.ts";

/** The compiled state; `undefined` when it could not be compiled, which has then been reported. */
export function compileState(compilation: Compilation, name: string, reader: FieldReader): State | undefined {
  reader.require("Type");
  reader.text("Comment");
  const type = reader.oneOf("Type", STATE_TYPES);
  const language = stateLanguage(reader, compilation);
  if (type === undefined || language === undefined) return undefined;
  checkFields(reader.object, reader.pointer, stateFields(type), language, compilation.problems);
  const source = { name, type, reader, language, compilation };
  if (language === "JSONPath") readPathReferences(source);
  return STATE_COMPILERS[type](source);
}

/** A state whose language is refused is not looked into: what it says in that language would be reported as well. */
function stateLanguage(reader: FieldReader, { problems, queryLanguage }: Compilation): QueryLanguage | undefined {
  const own = reader.oneOf("QueryLanguage", QUERY_LANGUAGES);
  if (own === "JSONPath" && queryLanguage === "JSONata") {
    problems.ofObject(
      reader.pointer,
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    );
    return undefined;
  }
  return own ?? queryLanguage;
}
