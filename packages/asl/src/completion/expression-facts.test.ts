/** What may stand within paths, intrinsic functions and JSONata expressions. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileIntrinsic } from "../intrinsics/compile-intrinsic.ts";
import { library } from "../jsonata/functions/library.ts";
import { completionsAt } from "./completions-at.ts";
import { INTRINSIC_FUNCTIONS } from "./intrinsic-functions.ts";
import { JSONATA_FUNCTIONS } from "./jsonata-functions.ts";

function at(marked: string) {
  const offset = marked.indexOf("|");
  assert.ok(offset >= 0, "no mark");
  return completionsAt(marked.slice(0, offset) + marked.slice(offset + 1), offset);
}

const labels = (marked: string) => at(marked).map(({ label }) => label);

function after(marked: string, label: string): string {
  const completion = at(marked).find((candidate) => candidate.label === label);
  assert.ok(completion, `${label} is not offered at ${marked}`);
  const text = marked.replace("|", "");
  return text.slice(0, completion.range.startOffset) + completion.insertText + text.slice(completion.range.endOffset);
}

const path = (fields: string) => `{"StartAt":"A","States":{"A":{${fields}}}}`;
const jsonata = (fields: string) => `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{${fields}}}}`;

describe("paths", () => {
  it("begin at the input, the context or a variable", () => {
    assert.deepEqual(labels(path('"Type":"Choice","Choices":[{"Variable":"|"}]')), ["$", "$$"]);
    assert.deepEqual(labels(path('"Type":"Pass","InputPath":"|"')), ["null", "$", "$$"]);
    assert.deepEqual(labels(path('"Type":"Pass","ResultPath":"|"')), ["null", "$"]);
    assert.deepEqual(labels(path('"Type":"Wait","SecondsPath":"$|"')), ["$", "$$"]);
    assert.deepEqual(labels(path('"Type":"Wait","SecondsPath":"$.a|"')), []);
  });

  it("go on in the context object", () => {
    assert.deepEqual(labels(path('"Type":"Pass","InputPath":"$$.|"')), [
      "null",
      "Execution",
      "Map",
      "State",
      "StateMachine",
      "Task",
    ]);
    assert.deepEqual(labels(path('"Type":"Pass","Parameters":{"a.$":"$$.Map.Item.V|"}')), [
      "Index",
      "Key",
      "Source",
      "Value",
    ]);
    assert.equal(
      after(path('"Parameters":{"a.$":"$$.Exec|ution"}'), "Execution"),
      path('"Parameters":{"a.$":"$$.Executionution"}'),
    );
    assert.deepEqual(labels(path('"Type":"Pass","Parameters":{"a.$":"$$.Nothing.|"}')), []);
  });

  it("and functions stand in templates, under names that end with .$", () => {
    const found = labels(path('"Type":"Pass","Parameters":{"a.$":"|"}'));
    assert.deepEqual(found.slice(0, 3), ["$", "$$", "States.Array"]);
    assert.deepEqual(labels(path('"Type":"Pass","Parameters":{"a":"|"}')), []);
    assert.equal(
      after(path('"Parameters":{"a.$":"States.Fo|"}'), "States.Format"),
      path('"Parameters":{"a.$":"States.Format("}'),
    );
    assert.ok(labels(path('"Parameters":{"a.$":"States.Format(\'{}\', |"}')).includes("States.UUID"));
    assert.ok(labels(path('"Parameters":{"a.$":"States.Array($|"}')).includes("$$"));
    assert.ok(labels(path('"Type":"Fail","CausePath":"Sta|"')).includes("States.Format"));
    assert.deepEqual(labels(path('"Type":"Wait","SecondsPath":"Sta|"')), []);
  });
});

describe("JSONata", () => {
  it("starts with its delimiters", () => {
    assert.equal(after(jsonata('"Type":"Pass","Output":"|"'), "{% %}"), jsonata('"Type":"Pass","Output":"{%  %}"'));
    assert.equal(after(jsonata('"Type":"Pass","Output": |'), "{% %}"), jsonata('"Type":"Pass","Output": "{%  %}"'));
    assert.deepEqual(labels(jsonata('"Type":"Pass","Comment":"|"')), []);
    assert.deepEqual(labels(jsonata('"Type":"Pass","Output":"text |"')), []);
  });

  it("has $states, variables and functions where a name may begin", () => {
    const found = labels(jsonata('"Type":"Pass","Output":"{% | %}"'));
    assert.equal(found[0], "$states");
    assert.ok(found.includes("$partition") && found.includes("$formatNumber") && !found.includes("$eval"));
    assert.equal(
      after(jsonata('"Type":"Pass","Output":{"a":["{% 1 + $su| %}"]}'), "$sum"),
      jsonata('"Type":"Pass","Output":{"a":["{% 1 + $sum( %}"]}'),
    );
    assert.deepEqual(labels(jsonata('"Type":"Pass","Output":"{% $states.input.a| %}"')), []);
    assert.deepEqual(labels(jsonata('"Type":"Pass","Output":"{% abc| %}"')), []);
  });

  it("has in $states what the place has", () => {
    const members = (fields: string) => labels(jsonata(fields));
    assert.deepEqual(members('"Type":"Pass","Output":"{% $states.| %}"'), ["context", "input"]);
    assert.deepEqual(members('"Type":"Task","Arguments":{"a":"{% $states.| %}"}'), ["context", "input"]);
    assert.deepEqual(members('"Type":"Task","Output":"{% $states.| %}"'), ["context", "input", "result"]);
    assert.deepEqual(members('"Type":"Map","Assign":{"a":"{% $states.r| %}"}'), ["context", "input", "result"]);
    assert.deepEqual(members('"Type":"Task","Catch":[{"Output":"{% $states.| %}"}]'), [
      "context",
      "input",
      "errorOutput",
    ]);
    assert.deepEqual(members('"Type":"Task","Catch":[{"Output":"{% $states.errorOutput.| %}"}]'), ["Cause", "Error"]);
    assert.deepEqual(members('"Type":"Pass","Output":"{% $states.context.State.| %}"'), [
      "EnteredTime",
      "Name",
      "RetryCount",
    ]);
  });
});

describe("variables", () => {
  const machine = (processorConfig: string) => `{
    "QueryLanguage": "JSONata", "StartAt": "First", "States": {
      "First": {"Type": "Pass", "Assign": {"one": 1}, "Next": "Which"},
      "Which": {"Type": "Choice", "Choices": [{"Condition": true, "Assign": {"two": 2}, "Next": "Each"}], "Default": "Last"},
      "Each": {"Type": "Map", "ItemProcessor": {${processorConfig} "StartAt": "In", "States": {
        "In": {"Type": "Pass", "Assign": {"inner": 1, "own": "{% $1| %}"}, "Next": "Then"},
        "Then": {"Type": "Pass", "Output": "{% $2| %}", "End": true}
      }}, "Next": "Last"},
      "Last": {"Type": "Pass", "Assign": {"late": "{% $3| %}"}, "End": true},
      "Alone": {"Type": "Pass", "Assign": {"four": 4}, "Next": "Last"}
    }}`;
  const variables = (which: string, processorConfig = "") => {
    const marked = machine(processorConfig).replaceAll(/\$(\d)\|/g, (_all, digit: string) =>
      digit === which ? "$|" : "$x",
    );
    return at(marked)
      .filter(({ kind, label }) => kind === "variable" && label !== "$states")
      .map(({ label, detail }) => `${label} ${detail}`);
  };

  it("are those of the states before, in the scope and around it", () => {
    assert.deepEqual(variables("1"), ["$one Assigned by First", "$two Assigned by Which"]);
    assert.deepEqual(variables("2"), [
      "$inner Assigned by In",
      "$one Assigned by First",
      "$own Assigned by In",
      "$two Assigned by Which",
    ]);
    assert.deepEqual(variables("3"), ["$four Assigned by Alone", "$one Assigned by First", "$two Assigned by Which"]);
  });

  it("do not reach into the executions of a Distributed Map", () => {
    const config = '"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},';
    assert.deepEqual(variables("2", config), ["$inner Assigned by In", "$own Assigned by In"]);
  });

  it("of a loop reach the state itself, and may be assigned anew", () => {
    const loop = path('"Type":"Pass","Assign":{"n.$":"$.n"},"Parameters":{"a.$":"$|"},"Next":"A"');
    assert.ok(labels(loop).includes("$n"));
    const again = '{"StartAt":"A","States":{"A":{"Assign":{"n":1,"m":2},"Next":"B"},"B":{"Assign":{"m.$":"$.x","|"}}}}';
    assert.deepEqual(labels(again), ["n"]);
  });
});

describe("the tables of functions", () => {
  it("name the 18 intrinsic functions that are compiled", () => {
    assert.equal(INTRINSIC_FUNCTIONS.length, 18);
    for (const [signature] of INTRINSIC_FUNCTIONS) {
      assert.doesNotThrow(() => compileIntrinsic(`${signature.slice(0, signature.indexOf("("))}('x')`));
    }
    assert.throws(() => compileIntrinsic("States.Nothing('x')"));
  });

  it("name the functions that JSONata expressions have", () => {
    const names = JSONATA_FUNCTIONS.map(([signature]) => signature.slice(1, signature.indexOf("(")));
    // The engine has a function of its own for the transform operator, which AWS's and JSONata's pages do not name.
    assert.deepEqual(
      names,
      Object.keys(library)
        .filter((name) => name !== "clone")
        .toSorted(),
    );
  });

  it("are in alphabetical order, each function once", () => {
    for (const table of [INTRINSIC_FUNCTIONS, JSONATA_FUNCTIONS]) {
      const names = table.map(([signature]) => signature.slice(0, signature.indexOf("(")));
      assert.deepEqual(names, [...new Set(names)].toSorted());
      assert.ok(table.every(([signature, detail]) => signature.endsWith(")") && detail !== ""));
    }
  });
});

describe("any text and any place", () => {
  it("gives completions or none, and never throws", () => {
    const text = JSON.stringify(
      JSON.parse(jsonata('"Type":"Task","Catch":[{"ErrorEquals":["E"],"Output":"{% $a %}"}],"Next":"B"')),
      undefined,
      1,
    );
    let found = 0;
    for (let end = 0; end <= text.length; end += 1) {
      for (let offset = Math.max(0, end - 3); offset <= end; offset += 1)
        found += completionsAt(text.slice(0, end), offset).length > 0 ? 1 : 0;
    }
    assert.ok(found > 100, `${found}`);
    for (const odd of ["", "[", "[1,", "null", '"', "}{", "{".repeat(5000), '{"States":['])
      assert.doesNotThrow(() => completionsAt(odd, odd.length));
  });
});
