/** A `{StartAt, States}`: the machine itself, a branch of a Parallel, or the item processor of a Map. */
import { isJsonObject } from "../json/value.ts";
import type { Compilation } from "./compilation.ts";
import { FieldReader } from "./field-reader.ts";
import { checkFields } from "./fields.ts";
import { checkGraph } from "./graph.ts";
import { SCOPE_POINTER_CHARACTERS_MAX, STATE_NAME_CHARACTERS_MAX } from "./limits.ts";
import type { State } from "./machine.ts";
import { compileState } from "./state.ts";

/** Checks the container and enters it in `compilation.containers`. */
export function compileContainer(compilation: Compilation, reader: FieldReader, allowed: ReadonlySet<string>): void {
  const before = compilation.pointerCharacters;
  compilation.pointerCharacters += reader.pointer.length;
  if (compilation.pointerCharacters > SCOPE_POINTER_CHARACTERS_MAX) {
    const message = `The locations of branches and item processors exceed ${SCOPE_POINTER_CHARACTERS_MAX} characters together`;
    if (before <= SCOPE_POINTER_CHARACTERS_MAX) reader.problems.ofValue(reader.pointer, message);
    return;
  }
  compilation.enclosing.push(reader.pointer);
  compileStates(compilation, reader, allowed);
  compilation.enclosing.pop();
}

function compileStates(compilation: Compilation, reader: FieldReader, allowed: ReadonlySet<string>): void {
  const { problems } = compilation;
  checkFields(reader.object, reader.pointer, allowed, compilation.queryLanguage, problems);
  reader.require("StartAt", "States");
  // The machine's own comment is read with the machine.
  if (reader.pointer !== "") reader.text("Comment");
  const startAt = reader.text("StartAt");
  const statesReader = reader.objectField("States");
  if (!statesReader) return;
  const names = Object.keys(statesReader.object);
  if (names.length === 0) problems.ofValue(statesReader.pointer, "Value cannot be empty");

  const states = new Map<string, State>();
  for (const name of names) {
    const pointer = statesReader.place(name);
    // A name without measure would stand in the place of every problem below it.
    if (!checkStateName(compilation, name, pointer)) continue;
    const json = statesReader.raw(name);
    if (!isJsonObject(json)) {
      problems.ofValue(pointer, "Expected value of type Object");
      continue;
    }
    const state = compileState(compilation, name, new FieldReader(json, pointer, problems));
    if (state) states.set(name, state);
  }
  checkGraph(reader, statesReader);
  if (startAt !== undefined) compilation.containers.set(reader.pointer, { pointer: reader.pointer, startAt, states });
}

/** False for a name that is too long. */
function checkStateName(compilation: Compilation, name: string, pointer: string): boolean {
  const { problems, stateNames } = compilation;
  if (stateNames.has(name)) problems.ofObject(pointer, `Duplicate State name: ${name}`, "DUPLICATE_STATE_NAME");
  stateNames.add(name);
  if (name === "") problems.ofObject(pointer, "State name cannot be empty", "INVALID_STATE_NAME");
  else if (name.length > STATE_NAME_CHARACTERS_MAX && [...name].length > STATE_NAME_CHARACTERS_MAX) {
    problems.ofObject(
      pointer,
      `State name cannot exceed ${STATE_NAME_CHARACTERS_MAX} characters: ${name}`,
      "INVALID_STATE_NAME",
    );
    return false;
  }
  return true;
}
