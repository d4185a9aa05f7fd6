/** One parsed source file, and a walk over its syntax tree. */
import { parseSync, visitorKeys } from "oxc-parser";
import type { Comment, Node, Program } from "oxc-parser";

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** Every module named in the file, in the order of the text. */
  readonly imports: readonly ModuleReference[];
  /** The line of an offset, from 1. */
  readonly lineAt: (offset: number) => number;
}

export interface ModuleReference {
  /** As written: `./queue.ts`, `node:fs`, `@tutti/asl`. */
  readonly specifier: string;
  readonly line: number;
  /** Erased before the program runs. */
  readonly typeOnly: boolean;
}

/** @throws Error when `text` is not a program */
export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text, { preserveParens: false });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  return { path, text, program, comments, imports: findImports(program, lineAt), lineAt };
}

/** Calls `visit` for every node below and including `node`, a parent before its children. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  const children = new Map<string, unknown>(Object.entries(node));
  for (const key of visitorKeys[node.type] ?? []) {
    const child = children.get(key);
    for (const each of Array.isArray(child) ? child : [child]) {
      if (isNode(each)) walk(each, visit, node);
    }
  }
}

/** The text of a string literal, or of a template without parts to fill in. */
export function literalText(node: Node): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function findImports(program: Program, lineAt: (offset: number) => number): ModuleReference[] {
  const imports: ModuleReference[] = [];
  const add = (source: Node | null, typeOnly: boolean): void => {
    const specifier = source === null ? undefined : literalText(source);
    if (source !== null && specifier !== undefined) imports.push({ specifier, line: lineAt(source.start), typeOnly });
  };
  walk(program, (node) => {
    switch (node.type) {
      case "ImportDeclaration":
        add(node.source, node.importKind === "type");
        break;
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        add(node.source, node.exportKind === "type");
        break;
      case "ImportExpression":
        add(node.source, false);
        break;
      case "TSImportType":
        add(node.source, true);
        break;
      default:
    }
  });
  return imports;
}
