/**
 * Intrinsic functions: `States.Format('{}', $.name)` compiled into something that evaluates.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
import type { Json } from "../json/value.ts";
import { compilePath } from "../paths/compile-path.ts";
import { PathNotFound, PathSyntaxError, TemplateError, TemplateSyntaxError } from "../paths/errors.ts";
import { TextReader } from "../paths/reader.ts";
import type { Scope } from "../paths/path.ts";
import type { CompiledTemplate } from "../paths/template.ts";
import { arrayFunctions } from "./arrays.ts";
import { encodingFunctions } from "./encoding.ts";
import { IntrinsicProblem, unescaped } from "./intrinsic.ts";
import type { IntrinsicFunction } from "./intrinsic.ts";
import { numberFunctions } from "./numbers.ts";
import { textFunctions } from "./texts.ts";

const nestingMax = 10;

const functions: Readonly<Record<string, IntrinsicFunction>> = {
  ...arrayFunctions,
  ...encodingFunctions,
  ...numberFunctions,
  ...textFunctions,
};

type Evaluate = (scope: Scope) => Json;

/** @throws TemplateSyntaxError */
export function compileIntrinsic(text: string): CompiledTemplate {
  const reader = new TextReader(text);
  try {
    const apply = call(reader, 1);
    reader.skipBlanks();
    if (!reader.done) reader.fail(`unexpected '${reader.peek()}'`);
    return { kind: "template", evaluate: (scope) => evaluate(text, apply, scope) };
  } catch (error) {
    if (error instanceof PathSyntaxError)
      throw new TemplateSyntaxError(`Invalid intrinsic function call '${text}': ${error.message}`);
    throw error;
  }
}

/** AWS names the whole expression, not the call inside it that failed. */
function evaluate(text: string, apply: Evaluate, scope: Scope): Json {
  try {
    return apply(scope);
  } catch (error) {
    if (error instanceof IntrinsicProblem)
      throw new TemplateError(error.errorName, `The function '${text}' had the following error: ${error.message}`);
    throw error;
  }
}

function call(reader: TextReader, depth: number): Evaluate {
  if (depth > nestingMax) reader.fail(`intrinsic functions are nested more than ${nestingMax} deep`);
  const name = reader.match(/States\.[A-Za-z0-9]+/y);
  const apply = name !== undefined && Object.hasOwn(functions, name.slice(7)) ? functions[name.slice(7)] : undefined;
  if (name === undefined || apply === undefined) reader.fail("an intrinsic function is missing");
  reader.expect("(");
  const parameters: Evaluate[] = [];
  for (reader.skipBlanks(); !reader.take(")"); reader.skipBlanks()) {
    if (parameters.length > 0) reader.expect(",");
    reader.skipBlanks();
    parameters.push(parameter(reader, depth, name === "States.Format" && parameters.length === 0));
  }
  return (scope) =>
    apply(
      parameters.map((read) => read(scope)),
      scope.host,
    );
}

/** @param isFormat whether this is the template of `States.Format` */
function parameter(reader: TextReader, depth: number, isFormat: boolean): Evaluate {
  if (reader.peek() === "$") return pathParameter(reader);
  if (reader.peek() === "'") {
    const written = quotedText(reader);
    // The function reads the escapes of its template itself.
    const text = isFormat ? written : undefined;
    return () => text ?? written.replaceAll(/\\(.?)/gsu, (_match, character: string) => unescaped(character));
  }
  const number = reader.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?/y);
  if (number !== undefined) return () => Number(number);
  const word = reader.match(/(true|false|null)\b/y);
  if (word !== undefined) return () => (word === "null" ? null : word === "true");
  return call(reader, depth + 1);
}

/** A path ends at a comma or a parenthesis that is not inside brackets or quotes. */
function pathParameter(reader: TextReader): Evaluate {
  const start = reader.position;
  let brackets = 0;
  while (!reader.done) {
    const next = reader.peek();
    if (next === "'" || next === '"') {
      reader.quoted();
      continue;
    }
    if (next === "[" || (next === "(" && brackets >= 0)) brackets += 1;
    else if ((next === "]" || next === ")") && brackets > 0) brackets -= 1;
    else if ((next === "," || next === ")") && brackets === 0) break;
    reader.position += 1;
  }
  const path = compilePath(reader.text.slice(start, reader.position).trimEnd());
  return (scope) => {
    try {
      return path.evaluate(scope);
    } catch (error) {
      if (!(error instanceof PathNotFound)) throw error;
      const input = JSON.stringify(path.text.startsWith("$$") ? scope.context : scope.input);
      throw new IntrinsicProblem(
        `The JsonPath argument for the field '${path.text}' could not be found in the input '${input}'`,
        "States.Runtime",
      );
    }
  };
}

/** A text in single quotes, its escapes as they are written. */
function quotedText(reader: TextReader): string {
  const written = reader.match(/'(?:[^'\\]|\\.)*'/sy) ?? reader.fail("a quote is not closed");
  return written.slice(1, -1);
}
