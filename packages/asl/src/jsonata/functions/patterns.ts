/** https://docs.jsonata.org/string-functions, those that take a text or a pattern to look for */
import { Fault } from "../errors.ts";
import { apply } from "../run.ts";
import type { Run } from "../run.ts";
import { sequence } from "../value.ts";
import type { Value } from "../value.ts";
import { Builtin, numeric } from "./builtin.ts";
import type { Library } from "./builtin.ts";
import { Matches } from "./matcher.ts";
import type { Match } from "./matcher.ts";

export const patternFunctions: Library = {
  contains: new Builtin("<s-(sf):b>", 2, ([subject, sought], run) => {
    if (typeof subject !== "string") return undefined;
    return typeof sought === "string"
      ? subject.includes(sought)
      : new Matches(sought, subject, run).next() !== undefined;
  }),
  match: new Builtin("<s-f<s:o>n?:a<o>>", 3, ([subject, pattern, limit], run) => {
    if (typeof subject !== "string") return undefined;
    const most = limitOf(limit, "D3040");
    const found = sequence();
    const matches = new Matches(pattern, subject, run);
    while (found.length < most) {
      const next = matches.next();
      if (next === undefined) break;
      run.items(4 + next.groups.length);
      found.push({ match: next.match, index: next.start, groups: next.groups });
    }
    return found;
  }),
  replace: new Builtin("<s-(sf)(sf)n?:s>", 4, ([subject, pattern, replacement, limit], run) => {
    if (typeof subject !== "string") return undefined;
    if (pattern === "") throw new Fault("D3010", { value: pattern, index: 2 });
    const most = limitOf(limit, "D3011");
    return typeof pattern === "string"
      ? replaceText(subject, pattern, replacement, most, run)
      : replaceMatches(subject, pattern, replacement, most, run);
  }),
  split: new Builtin("<s-(sf)n?:a<s>>", 3, ([subject, separator, limit], run) => {
    if (typeof subject !== "string") return undefined;
    const most = limitOf(limit, "D3020");
    if (typeof separator === "string") {
      const parts = subject.split(separator, most === Infinity ? undefined : Math.floor(most));
      run.items(parts.length);
      return parts;
    }
    return splitAtMatches(subject, separator, most, run);
  }),
};

function limitOf(limit: Value, code: "D3011" | "D3020" | "D3040"): number {
  const number = numeric(limit) ?? Infinity;
  if (number < 0) throw new Fault(code, { value: number });
  return number;
}

function replaceText(subject: string, sought: string, replacement: Value, most: number, run: Run): string {
  let result = "";
  let position = 0;
  for (let count = 0; count < most; count += 1) {
    const at = subject.indexOf(sought, position);
    if (at < 0) break;
    if (typeof replacement !== "string") throw new Fault("D3012", { value: replacement });
    result += subject.slice(position, at) + replacement;
    run.text(result.length / 8);
    position = at + sought.length;
  }
  result += subject.slice(position);
  run.text(result.length);
  return result;
}

function replaceMatches(subject: string, pattern: Value, replacement: Value, most: number, run: Run): string {
  let result = "";
  let position = 0;
  const matches = new Matches(pattern, subject, run);
  for (let count = 0; count < most; count += 1) {
    const next = matches.next();
    if (next === undefined) break;
    const put =
      typeof replacement === "string" ? filledIn(replacement, next) : apply(replacement, [next.value], null, run);
    if (typeof put !== "string") throw new Fault("D3012", { value: put });
    result += subject.slice(position, next.start) + put;
    run.text(result.length / 8);
    position = next.start + next.match.length;
  }
  result += subject.slice(position);
  run.text(result.length);
  return result;
}

/** A replacement with its `$0`, `$1` … filled in; `$$` is a dollar. As many digits count as there are groups to name. */
function filledIn(replacement: string, { match, groups }: Match): string {
  const digits = groups.length === 0 ? 1 : Math.floor(Math.log10(groups.length)) + 1;
  let result = "";
  let position = 0;
  for (let at = replacement.indexOf("$"); at >= 0; at = replacement.indexOf("$", position)) {
    result += replacement.slice(position, at);
    position = at + 1;
    const next = replacement.charAt(position);
    if (next === "$" || next === "0") {
      result += next === "$" ? "$" : match;
      position += 1;
      continue;
    }
    let number = Number.parseInt(replacement.slice(position, position + digits), 10);
    if (digits > 1 && number > groups.length)
      number = Number.parseInt(replacement.slice(position, position + digits - 1), 10);
    if (Number.isNaN(number)) {
      result += "$";
      continue;
    }
    const group = groups[number - 1];
    if (typeof group === "string") result += group;
    position += String(number).length;
  }
  return result + replacement.slice(position);
}

function splitAtMatches(subject: string, pattern: Value, most: number, run: Run): Value {
  const parts: string[] = [];
  if (!(most > 0)) return parts;
  const matches = new Matches(pattern, subject, run);
  let position = 0;
  let count = 0;
  for (; count < most; count += 1) {
    const next = matches.next();
    if (next === undefined) break;
    parts.push(subject.slice(position, next.start));
    position = next.end;
  }
  if (count < most) parts.push(subject.slice(position));
  run.items(parts.length);
  return parts;
}
