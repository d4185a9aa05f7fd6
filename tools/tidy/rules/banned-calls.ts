/**
 * Time, randomness and ids come from the kernel, so that one clock rules a whole server and a seed replays a simulation.
 * Everything that would read them from the host is named here, with what to use instead.
 *
 * The kernel is where the host is read; tests, tools, benchmarks and examples run outside the server and are free.
 */
import { isTestCode } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";
import { literalText, walk } from "../source-file.ts";
import type { SourceFile } from "../source-file.ts";
import type { ImportDeclaration, Node } from "oxc-parser";

const kernel = "packages/server/src/kernel/";

const present = "ask the Clock that was handed in: clock.now() (packages/server/src/kernel/clock.ts)";
const alarm = "set an alarm with Clock.at, or write a timer row (packages/server/src/kernel/timers.ts)";
const turn = "use Clock.soon (packages/server/src/kernel/clock.ts)";
const elapsed = "measure with stopwatch() (packages/server/src/kernel/clock.ts)";
const chance = "ask the RandomSource that was handed in (packages/server/src/kernel/random.ts)";

/** Members by the global, or the module, they belong to. */
const members: ReadonlyMap<string, string> = new Map([
  ["AbortSignal.timeout", alarm],
  ["Date.now", present],
  ["Math.random", chance],
  ["crypto.getRandomValues", chance],
  ["crypto.randomBytes", chance],
  ["crypto.randomFill", chance],
  ["crypto.randomFillSync", chance],
  ["crypto.randomInt", chance],
  ["crypto.randomUUID", chance],
  ["performance.now", elapsed],
  ["process.hrtime", elapsed],
]);

const globals: ReadonlyMap<string, string> = new Map([
  ["setImmediate", turn],
  ["setInterval", alarm],
  ["setTimeout", alarm],
]);

export const bannedCalls: Rule = {
  name: "time, randomness and ids come from the kernel",
  check: ({ sources }) =>
    sources
      .filter(({ path }) => !isTestCode(path) && !path.startsWith(kernel))
      .flatMap((source) => [...findIn(source)]),
};

function findIn(source: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const cryptoNames = new Set(["crypto"]);
  const pure = !source.path.startsWith("packages/server/");
  const add = (node: Node, what: string, replacement: string): void => {
    const advice = pure ? "take it as a parameter; this package knows no clock and no chance" : replacement;
    findings.push({ path: source.path, line: source.lineAt(node.start), message: `${what}: ${advice}` });
  };
  walk(source.program, (node, parent) => {
    switch (node.type) {
      case "ImportDeclaration":
        checkImport(node, cryptoNames, add);
        break;
      case "MemberExpression": {
        const name = memberName(node, cryptoNames);
        const replacement = name === undefined ? undefined : (members.get(name) ?? globals.get(name));
        if (name !== undefined && replacement !== undefined) add(node, name, replacement);
        break;
      }
      case "Identifier": {
        const replacement = globals.get(node.name);
        if (replacement !== undefined && isReference(node, parent)) add(node, node.name, replacement);
        break;
      }
      case "NewExpression":
        if (isDate(node.callee) && node.arguments.length === 0) add(node, "new Date()", present);
        break;
      case "CallExpression":
        if (isDate(node.callee)) add(node, "Date()", present);
        break;
      default:
    }
  });
  return findings;
}

function checkImport(
  node: ImportDeclaration,
  cryptoNames: Set<string>,
  add: (node: Node, what: string, replacement: string) => void,
): void {
  if (node.importKind === "type") return;
  const module = node.source.value.replace(/^node:/, "");
  if (module === "timers" || module === "timers/promises") add(node, node.source.value, alarm);
  if (module !== "crypto") return;
  for (const specifier of node.specifiers) {
    if (specifier.type !== "ImportSpecifier") {
      cryptoNames.add(specifier.local.name);
      continue;
    }
    const name = specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value;
    const replacement = members.get(`crypto.${name}`);
    if (replacement !== undefined) add(specifier, name, replacement);
  }
}

/** `Date.now` for `Date.now`, `Date["now"]` and `globalThis.Date.now`; `setTimeout` for `globalThis.setTimeout`. */
function memberName(node: Node, cryptoNames: ReadonlySet<string>): string | undefined {
  if (node.type === "Identifier") return cryptoNames.has(node.name) ? "crypto" : node.name;
  if (node.type !== "MemberExpression") return undefined;
  const owner = memberName(node.object, cryptoNames);
  const member =
    node.property.type === "Identifier" && !node.computed ? node.property.name : literalText(node.property);
  if (owner === undefined || member === undefined) return undefined;
  return owner === "globalThis" ? member : `${owner}.${member}`;
}

/** A use of the variable, not a member, a key or a type that has the same name. */
function isReference(node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return parent.computed || parent.object === node;
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.computed || parent.value === node;
    case "ExportSpecifier":
    case "ImportSpecifier":
    case "TSMethodSignature":
    case "TSPropertySignature":
    case "TSTypeQuery":
      return false;
    default:
      return true;
  }
}

function isDate(node: Node): boolean {
  return memberName(node, new Set()) === "Date";
}
