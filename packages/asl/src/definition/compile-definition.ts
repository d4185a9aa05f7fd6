/**
 * From the text of a definition to a machine, or to everything that is wrong with it.
 *
 * The steps: parse the JSON, check and compile the machine's own fields, then container by container (the machine, every
 * branch, every item processor) its states and its graph. Problems are collected on the way (`Problems`); the
 * machine is given only when there is no error among them. Follows the Amazon States Language specification and the
 * diagnostics of AWS's ValidateStateMachineDefinition.
 */
import { parseJson } from "../json/parse-json.ts";
import type { JsonPlaces } from "../json/parse-json.ts";
import { lineStarts, textRange } from "../json/text-lines.ts";
import { isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { checkVariableScopes } from "./assign.ts";
import type { Compilation, CompileOptions } from "./compilation.ts";
import { compileContainer } from "./container.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { FieldReader, present } from "./field-reader.ts";
import { MACHINE_FIELDS, QUERY_LANGUAGES } from "./fields.ts";
import { DEFINITION_CHARACTERS_MAX, TIMEOUT_SECONDS } from "./limits.ts";
import type { Machine } from "./machine.ts";
import { awsLocation, Problems, sortByPlace } from "./problems.ts";

export type CompiledDefinition =
  | { readonly ok: true; readonly machine: Machine; readonly warnings: readonly Diagnostic[] }
  /** Errors and warnings, in the order of the text. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Compiles a definition. Never throws on a bad one: all its problems are in `diagnostics`.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
 */
export function compileDefinition(text: string, options: CompileOptions = {}): CompiledDefinition {
  const sizeProblem = checkSize(text);
  if (sizeProblem) return { ok: false, diagnostics: [sizeProblem] };
  const { value, places, diagnostics } = parseJson(text);
  if (value === undefined) return { ok: false, diagnostics };
  const compiled = compileDocument(value, places, options);
  if (diagnostics.length === 0) return compiled;
  const duplicates = diagnostics.map((diagnostic) => ({
    ...diagnostic,
    location: awsLocation(value, diagnostic.pointer ?? ""),
  }));
  return {
    ok: false,
    diagnostics: sortByPlace([...duplicates, ...(compiled.ok ? compiled.warnings : compiled.diagnostics)]),
  };
}

function checkSize(text: string): Diagnostic | undefined {
  if (text.trim() === "") {
    const range = textRange(lineStarts(text), 0, text.length);
    return {
      severity: "ERROR",
      code: "MISSING_DESCRIPTION",
      message: "Received a null or empty workflow input",
      range,
    };
  }
  // UTF-16 units are never fewer than characters, so the text is seldom counted.
  const characters = text.length > DEFINITION_CHARACTERS_MAX ? [...text].length : 0;
  if (characters <= DEFINITION_CHARACTERS_MAX) return undefined;
  return {
    severity: "ERROR",
    code: "SCHEMA_VALIDATION_FAILED",
    message: `The definition has ${characters} characters, the maximum is ${DEFINITION_CHARACTERS_MAX}`,
    location: "/",
    pointer: "",
    range: textRange(lineStarts(text), 0, text.length),
  };
}

function compileDocument(document: Json, places: JsonPlaces, options: CompileOptions): CompiledDefinition {
  const problems = new Problems(document, places);
  const machine = isJsonObject(document) ? compileMachine(new FieldReader(document, "", problems), options) : undefined;
  if (!machine) problems.ofValue("", "Expected value of type Object");
  const diagnostics = problems.sorted();
  return machine && !problems.hasErrors ? { ok: true, machine, warnings: diagnostics } : { ok: false, diagnostics };
}

function compileMachine(reader: FieldReader, options: CompileOptions): Machine {
  const queryLanguage = reader.oneOf("QueryLanguage", QUERY_LANGUAGES) ?? "JSONPath";
  reader.oneOf("Version", ["1.0"]);
  const timeoutSeconds = reader.integer("TimeoutSeconds", TIMEOUT_SECONDS);
  const compilation: Compilation = {
    options,
    problems: reader.problems,
    queryLanguage,
    containers: new Map(),
    pointerCharacters: 0,
    stateNames: new Set(),
    enclosing: [],
    assignments: [],
    references: new Map(),
    compileNested: (nested, allowed) => compileContainer(compilation, nested, allowed),
  };
  compileContainer(compilation, reader, MACHINE_FIELDS);
  checkVariableScopes(compilation);
  return {
    queryLanguage,
    containers: compilation.containers,
    variableReferences: new Map([...compilation.references].map(([name, variables]) => [name, [...variables]])),
    ...present({ comment: reader.text("Comment"), timeoutSeconds }),
  };
}
