/**
 * A check that is switched off says which one and why, in the same comment:
 *
 *     // oxlint-disable-next-line no-control-regex -- the pattern is AWS's own
 *     // @ts-expect-error the declaration lacks the second parameter
 *
 * `@ts-ignore` and `@ts-nocheck` stay silent when there is nothing left to suppress, so they are not used at all.
 */
import type { Finding, Rule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";

const reasonLengthMin = 10;
const lintDirective = /^[\s*]*(?:oxlint|eslint)-disable(?:-next-line|-line)?\b(?<names>[^]*?)(?:\s--(?<reason>[^]*))?$/;
const typeDirective = /^[\s*]*@ts-(?<kind>expect-error|ignore|nocheck)\b:?(?<reason>[^]*)$/;
const formatDirective = /^[\s*]*(?:oxfmt|prettier)-ignore\b(?:\s--(?<reason>[^]*))?/;

export const suppressions: Rule = {
  name: "what switches a check off names the check and the reason",
  check: ({ sources }) => sources.flatMap((source) => [...findIn(source)]),
};

function findIn({ path, comments, lineAt }: SourceFile): Finding[] {
  return comments.flatMap(({ value, start }) => {
    const message = problem(value);
    return message === undefined ? [] : [{ path, line: lineAt(start), message }];
  });
}

function problem(comment: string): string | undefined {
  const lint = lintDirective.exec(comment)?.groups;
  if (lint !== undefined) {
    if ((lint["names"] ?? "").trim() === "") return "name the lint rules that are switched off";
    return tooShort(lint["reason"]) ? "say why the lint rule is switched off: … -- <reason>" : undefined;
  }
  const type = typeDirective.exec(comment)?.groups;
  if (type !== undefined) {
    if (type["kind"] !== "expect-error")
      return `@ts-${type["kind"] ?? ""} is not used: write @ts-expect-error <reason>`;
    return tooShort(type["reason"]) ? "say why the compiler is overruled: @ts-expect-error <reason>" : undefined;
  }
  const format = formatDirective.exec(comment);
  if (format === null) return undefined;
  return tooShort(format.groups?.["reason"]) ? "say why the formatter is switched off: … -- <reason>" : undefined;
}

function tooShort(reason: string | undefined): boolean {
  return (reason ?? "").trim().length < reasonLengthMin;
}
