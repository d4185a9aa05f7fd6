/** The rule for the names of state machines, executions and activities. */
import { errors } from "./errors.ts";

const nameCharactersMax = 80;

/** White space, brackets, wildcards, `" # % \ ^ | ~ \` $ & , ; : /`, controls, lone surrogates and the non-characters AWS names. */
// oxlint-disable-next-line no-control-regex -- control characters are what the rule forbids
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\p{Cs}\u{10ffff}]/u;

/** @throws InvalidName */
export function checkName(name: string): void {
  if (name === "" || [...name].length > nameCharactersMax || forbidden.test(name)) throw errors.invalidName(name);
}
