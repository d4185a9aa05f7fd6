/**
 * Files stay under 400 lines and functions under 70. An exemption is listed with its reason (`../exemptions.ts`), and one
 * that is no longer needed has to go. Data is not code: only sources are measured. The function that holds a suite's
 * tests is as long as its tests.
 */
import type { Exemptions } from "../exemptions.ts";
import type { Finding, Rule } from "../rule.ts";
import { walk } from "../source-file.ts";
import type { SourceFile } from "../source-file.ts";
import type { ArrowFunctionExpression, Function as FunctionNode, Node } from "oxc-parser";

export const fileLinesMax = 400;
export const functionLinesMax = 70;

/** @param exemptions reasons by path for files, and by `path#name` for functions */
export function lengths(exemptions: Exemptions): Rule {
  return {
    name: `files have at most ${fileLinesMax} lines, functions at most ${functionLinesMax}`,
    check: ({ sources }) => {
      const needed = new Set<string>();
      const findings = sources.flatMap((source) =>
        [...longFile(source), ...longFunctions(source)].filter(({ key }) => {
          needed.add(key);
          return !exemptions.has(key);
        }),
      );
      for (const key of exemptions.keys()) {
        const [path = key] = key.split("#");
        if (!needed.has(key))
          findings.push({ key, path, line: 1, message: `the exemption of ${key} is no longer needed` });
      }
      return findings;
    },
  };
}

interface Long extends Finding {
  readonly key: string;
}

function longFile({ path, text }: SourceFile): Long[] {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines <= fileLinesMax) return [];
  return [{ key: path, path, line: 1, message: `${lines} lines; split the file, at most ${fileLinesMax} are allowed` }];
}

function longFunctions({ path, program, lineAt }: SourceFile): Long[] {
  const found: Long[] = [];
  walk(program, (node, parent) => {
    if (!isFunction(node) || node.body === null || isSuite(parent)) return;
    const line = lineAt(node.start);
    const lines = lineAt(node.end) - line + 1;
    if (lines <= functionLinesMax) return;
    const name = nameOf(node, parent);
    const message = `${name} has ${lines} lines; split it, at most ${functionLinesMax} are allowed`;
    found.push({ key: `${path}#${name}`, path, line, message });
  });
  return found;
}

function isFunction(node: Node): node is FunctionNode | ArrowFunctionExpression {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

function isSuite(parent: Node | undefined): boolean {
  if (parent?.type !== "CallExpression" || parent.callee.type !== "Identifier") return false;
  return parent.callee.name === "describe" || parent.callee.name === "suite";
}

function nameOf(node: FunctionNode | ArrowFunctionExpression, parent: Node | undefined): string {
  if (node.id !== null) return node.id.name;
  if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") return parent.id.name;
  if (parent?.type === "MethodDefinition" || parent?.type === "Property" || parent?.type === "PropertyDefinition") {
    if (parent.key.type === "Identifier" || parent.key.type === "PrivateIdentifier") return parent.key.name;
  }
  return "a function without a name";
}
