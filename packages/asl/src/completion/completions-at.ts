/**
 * What may stand at an offset of a definition that someone is typing.
 *
 * The text is read tolerantly into a tree; the offset's place in it says whether a name or a value is meant (`place.ts`),
 * and the way from the root what it is in the language (`structure.ts`). Facts then come from the tables of fields, from
 * the definition itself (states, variables, errors) and from the functions of the query language.
 */
import { parseTolerantly } from "../json/parse-tolerantly.ts";
import type { SyntaxNode } from "../json/syntax-tree.ts";
import { memberName } from "../json/syntax-tree.ts";
import { lineStarts, textRange } from "../json/text-lines.ts";
import type { Completion, CompletionOptions, Fact } from "./completion.ts";
import { expressionFacts } from "./expression-facts.ts";
import { fieldFacts } from "./field-facts.ts";
import { placeAt } from "./place.ts";
import type { NamePlace, ValuePlace } from "./place.ts";
import { surroundingsOf } from "./structure.ts";
import type { Surroundings } from "./structure.ts";
import { valueFacts } from "./value-facts.ts";
import { variablesInScope } from "./variables.ts";

/**
 * What may stand at `offset` (UTF-16 units from 0), in the order in which it is best shown; empty where nothing can be
 * said. The text may be anything. What has been typed already does not narrow the list.
 */
export function completionsAt(text: string, offset: number, options: CompletionOptions = {}): Completion[] {
  const root = parseTolerantly(text);
  const place = placeAt(root, offset);
  const surroundings = place && surroundingsOf(place.ancestors);
  if (!place || !surroundings) return [];
  const source: Source = { text, offset, root, starts: lineStarts(text) };
  return place.kind === "name"
    ? nameCompletions(source, place, surroundings)
    : valueCompletions(source, place, surroundings, options);
}

interface Source {
  readonly text: string;
  readonly offset: number;
  readonly root: SyntaxNode | undefined;
  readonly starts: readonly number[];
}

function nameCompletions(source: Source, place: NamePlace, surroundings: Surroundings): Completion[] {
  const others = place.object.members.filter((member) => member !== place.member);
  const present = new Set(others.map((member) => memberName(member)));
  const facts =
    surroundings.structure === "assign"
      ? assignedNames(surroundings, present)
      : fieldFacts(surroundings, place.object, present);
  const range = textRange(source.starts, place.start, place.end);
  const colon = place.member?.colon === undefined ? ": " : "";
  return facts.map(({ label, kind, detail }) => ({
    label,
    kind,
    insertText: JSON.stringify(label) + colon,
    range,
    detail,
  }));
}

/** Variables may be assigned anew. */
function assignedNames(surroundings: Surroundings, present: ReadonlySet<string>): Fact[] {
  return variablesInScope(surroundings)
    .filter(({ name }) => !present.has(name) && !present.has(`${name}.$`))
    .map(({ name, assignedBy }) => ({ label: name, kind: "variable", detail: `Assigned by ${assignedBy}` }));
}

function valueCompletions(
  source: Source,
  place: ValuePlace,
  surroundings: Surroundings,
  options: CompletionOptions,
): Completion[] {
  const range = textRange(source.starts, place.start, place.end);
  const listed = valueFacts(surroundings, source.root, options).map(({ label, kind, detail, text, bare }) => ({
    label,
    kind,
    insertText: bare ? label : JSON.stringify(text ?? label),
    range,
    detail,
  }));
  return [...listed, ...expressionCompletions(source, place, surroundings)];
}

/** Within quotes the fact replaces what was typed of it; where nothing stands yet, it brings its quotes. */
function expressionCompletions(
  source: Source,
  { node, start, end }: ValuePlace,
  surroundings: Surroundings,
): Completion[] {
  const inQuotes = node?.kind === "text" && source.offset > start;
  if (node && !inQuotes) return [];
  const before = inQuotes ? source.text.slice(start + 1, source.offset) : "";
  const { facts, typedLength } = expressionFacts(surroundings, before);
  const range = inQuotes
    ? textRange(source.starts, source.offset - typedLength, source.offset)
    : textRange(source.starts, start, end);
  return facts.map(({ label, kind, detail, text }) => {
    const written = JSON.stringify(text ?? label);
    return { label, kind, insertText: inQuotes ? written.slice(1, -1) : written, range, detail };
  });
}
