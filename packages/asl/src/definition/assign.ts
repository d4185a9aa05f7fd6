/**
 * `Assign`: variables and their values, of a state, a catcher or a choice rule.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 *
 * A variable belongs to the container whose state assigns it. The containers inside may read it, and may not have one of
 * the same name; that is checked at the end, when everything that is assigned is known (`checkVariableScopes`).
 */
import { childPointer } from "../json/pointer.ts";
import { isJsonObject } from "../json/value.ts";
import type { Compilation, StateSource } from "./compilation.ts";
import { readObjectTemplate } from "./expressions.ts";
import type { FieldReader } from "./field-reader.ts";
import { readJsonata } from "./jsonata-fields.ts";
import type { StatesMember } from "./jsonata-fields.ts";
import { VARIABLE_NAME_CHARACTERS_MAX } from "./limits.ts";
import type { JsonataTemplate } from "./machine.ts";
import type { CompiledTemplate } from "../paths/template.ts";

/** A Unicode identifier (UAX #31), which does not begin with an underscore. */
const IDENTIFIER = /^\p{ID_Start}\p{ID_Continue}*$/u;
const RESERVED = "states";

export function readPathAssign(source: StateSource, reader: FieldReader): CompiledTemplate | undefined {
  noteAssignments(source, reader);
  return readObjectTemplate(reader, "Assign");
}

export function readJsonataAssign(
  source: StateSource,
  reader: FieldReader,
  members: readonly StatesMember[],
): JsonataTemplate | undefined {
  noteAssignments(source, reader);
  return reader.objectField("Assign") && readJsonata(source, reader, "Assign", members);
}

function noteAssignments({ compilation, language }: StateSource, holder: FieldReader): void {
  const raw = holder.raw("Assign");
  if (!isJsonObject(raw)) return;
  const { enclosing } = compilation;
  for (const field of Object.keys(raw)) {
    const name = language === "JSONPath" && field.endsWith(".$") ? field.slice(0, -2) : field;
    const pointer = childPointer(holder.place("Assign"), field);
    checkName(compilation, name, pointer);
    compilation.assignments.push({
      name,
      pointer,
      container: enclosing.at(-1) ?? "",
      enclosing: enclosing.slice(0, -1),
    });
  }
}

function checkName({ problems }: Compilation, name: string, pointer: string): void {
  if (name === RESERVED) problems.ofMember(pointer, `The variable name '${name}' is reserved`);
  else if (!IDENTIFIER.test(name)) problems.ofMember(pointer, `'${name}' is not a valid variable name`);
  else if ([...name].length > VARIABLE_NAME_CHARACTERS_MAX) {
    problems.ofMember(pointer, `A variable name cannot exceed ${VARIABLE_NAME_CHARACTERS_MAX} characters: ${name}`);
  }
}

/** Reports every variable that a container around its own has as well. */
export function checkVariableScopes({ assignments, problems }: Compilation): void {
  const containersOf = new Map<string, Set<string>>();
  for (const { name, container } of assignments) {
    const containers = containersOf.get(name);
    if (containers === undefined) containersOf.set(name, new Set([container]));
    else containers.add(container);
  }
  for (const { name, pointer, enclosing } of assignments) {
    const containers = containersOf.get(name);
    if (!enclosing.some((outer) => containers?.has(outer))) continue;
    problems.ofValue(
      pointer,
      `The variable name '${name}' was already defined in a parent scope.`,
      "DUPLICATE_VARIABLE_NAME",
    );
  }
}
