/** For the rules' own tests. */
import { repositoryOf } from "./repository.ts";
import type { Rule } from "./rule.ts";

/** What a rule says about a repository of exactly these files. */
export function messages(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule.check(repositoryOf(files)).map(({ message }) => message);
}

/** The same with the places: `path:line`. */
export function places(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule.check(repositoryOf(files)).map(({ path, line }) => `${path}:${line}`);
}
