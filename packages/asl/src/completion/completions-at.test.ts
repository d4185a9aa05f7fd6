/**
 * What may stand at the position that `|` marks. Expectations follow the Amazon States Language specification and the
 * pages of AWS Step Functions: which fields a state type has, and which names, functions and members there are.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Completion, CompletionOptions } from "./completion.ts";
import { completionsAt } from "./completions-at.ts";

function at(marked: string, options?: CompletionOptions): Completion[] {
  const offset = marked.indexOf("|");
  assert.ok(offset >= 0, "no mark");
  return completionsAt(marked.slice(0, offset) + marked.slice(offset + 1), offset, options);
}

function labels(marked: string, options?: CompletionOptions): string[] {
  return at(marked, options).map(({ label }) => label);
}

/** The text after the completion of that label was taken. */
function after(marked: string, label: string): string {
  const completion = at(marked).find((candidate) => candidate.label === label);
  assert.ok(completion, `${label} is not offered at ${marked}`);
  const text = marked.replace("|", "");
  return text.slice(0, completion.range.startOffset) + completion.insertText + text.slice(completion.range.endOffset);
}

const inState = (fields: string, around = "") => `{"StartAt":"A",${around}"States":{"A":{${fields}}}}`;

describe("fields", () => {
  const cases: readonly (readonly [marked: string, expected: readonly string[]])[] = [
    ["{|}", ["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"]],
    ['{"StartAt":"A", |', ["Comment", "QueryLanguage", "States", "TimeoutSeconds", "Version"]],
    ['{"St|', ["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"]],
    [inState("|"), ["Comment", "End", "Next", "QueryLanguage", "Type"]],
    [inState('"Type":"Succeed",|'), ["Comment", "QueryLanguage", "InputPath", "OutputPath"]],
    [inState('"Type":"Succeed","Comment":"c",|,"InputPath":"$"'), ["QueryLanguage", "OutputPath"]],
    [inState('"Type":"Succeed",|', '"QueryLanguage":"JSONata",'), ["Comment", "QueryLanguage", "Output"]],
    [inState('"Type":"Succeed","QueryLanguage":"JSONata",|'), ["Comment", "Output"]],
    [
      inState('"Type":"Wait","SecondsPath":"$.s","End":true,|'),
      ["Comment", "QueryLanguage", "InputPath", "OutputPath"],
    ],
    [inState('"Type":"Map","ItemProcessor":{"ProcessorConfig":{|'), ["Mode"]],
    [inState('"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED",|'), ["ExecutionType"]],
    [inState('"Type":"Map","ItemProcessor":{"StartAt":"B",|'), ["Comment", "States", "ProcessorConfig"]],
    [inState('"Type":"Parallel","Branches":[{|}]'), ["Comment", "StartAt", "States"]],
    [
      inState('"Type":"Task","Retry":[{"ErrorEquals":[],"|'),
      ["BackoffRate", "Comment", "IntervalSeconds", "JitterStrategy", "MaxAttempts", "MaxDelaySeconds"],
    ],
    [inState('"Type":"Task","Credentials":{|'), ["RoleArn", "RoleArn.$"]],
    [inState('"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"B",|'), ["Comment"]],
    [inState('"Type":"Choice","Choices":[{"Not":{"Variable":"$.a","IsNull":true},"Next":"B",|'), ["Comment"]],
    [inState('"Type":"Task","Parameters":{|}'), []],
    [inState('"Type":"Pass","Result":{|}'), []],
  ];
  for (const [marked, expected] of cases) {
    it(marked, () =>
      assert.deepEqual(
        labels(marked).filter((label) => label !== "Assign"),
        expected,
      ),
    );
  }

  it("of a rule are its operators, until it has one", () => {
    const open = labels(inState('"Type":"Choice","Choices":[{|'));
    for (const field of ["And", "Variable", "StringMatches", "NumericLessThanEqualsPath", "IsTimestamp", "Next"])
      assert.ok(open.includes(field), field);
    const nested = labels(inState('"Type":"Choice","Choices":[{"And":[{|'));
    assert.ok(nested.includes("IsPresent") && !nested.includes("Next"));
  });

  it("bring quotes and a colon, and no second colon", () => {
    assert.equal(after('{"St|', "States"), '{"States": ');
    assert.equal(after("{|", "StartAt"), '{"StartAt": ');
    assert.equal(after('{"|": "A"}', "StartAt"), '{"StartAt": "A"}');
    assert.equal(after("{Sta|", "StartAt"), '{"StartAt": ');
  });

  it("all have a detail", () => {
    for (const type of ["Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"]) {
      for (const language of ["JSONPath", "JSONata"]) {
        const all = at(inState(`"Type":"${type}","QueryLanguage":"${language}",|`));
        assert.ok(all.length > 0 && all.every(({ detail, kind }) => detail !== "" && kind === "field"));
      }
    }
    assert.ok(at(inState('"Type":"Choice","Choices":[{|')).every(({ detail }) => detail !== ""));
  });
});

describe("values", () => {
  const three = (first: string) => `{"StartAt":"A","States":{"A":{${first}},"B":{"Type":"Pass","Comment":"c"},"C":{}}}`;
  const cases: readonly (readonly [marked: string, expected: readonly string[]])[] = [
    [three('"Next":"|"'), ["B", "C", "A"]],
    [three('"Next": |'), ["B", "C", "A"]],
    [three('"Type":"Choice","Choices":[{"Next":"B|"}]'), ["B", "C", "A"]],
    [three('"Type":"Choice","Default":|,"Comment":""'), ["B", "C", "A"]],
    [three('"Catch":[{"Next":"|"}]'), ["B", "C", "A"]],
    ['{"StartAt": "|", "States": {"X": {}, "Y": {}}}', ["X", "Y"]],
    ['{"StartAt": "|\n"States": {"X": {}, "Y": {}}}', ["X", "Y"]],
    [inState('"Type":"Parallel","Branches":[{"StartAt":"|","States":{"In":{}}}]'), ["In"]],
    [inState('"Type":"|"'), ["Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"]],
    [inState('"Type":"Pass","End":|'), ["true"]],
    ['{"Version":"|"}', ["1.0"]],
    ['{"QueryLanguage":"|"}', ["JSONPath", "JSONata"]],
    [inState('"QueryLanguage":"|"', '"QueryLanguage":"JSONata",'), ["JSONata"]],
    [inState('"Retry":[{"JitterStrategy":"|"}]'), ["FULL", "NONE"]],
    [inState('"ItemProcessor":{"ProcessorConfig":{"Mode":"|"}}'), ["DISTRIBUTED", "INLINE"]],
    [inState('"ItemReader":{"ReaderConfig":{"InputType":"|"}}'), ["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"]],
    [inState('"ItemReader":{"Resource":"|"}'), ["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"]],
    [inState('"ResultWriter":{"WriterConfig":{"Transformation":"|"}}'), ["COMPACT", "FLATTEN", "NONE"]],
    [inState('"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":|'), ["true", "false"]],
    [inState('"Comment":"|"'), []],
    [inState('"Type":"Pass","Result":"|"'), []],
  ];
  for (const [marked, expected] of cases) it(marked, () => assert.deepEqual(labels(marked), expected));

  it("say what a state is", () => {
    assert.equal(at(three('"Next":"|"'))[0]?.detail, "Pass: c");
  });

  it("replace what stands there", () => {
    assert.equal(
      after('{"StartAt": "O|ld", "States": {"New \\"one\\"": {}}}', 'New "one"'),
      '{"StartAt": "New \\"one\\"", "States": {"New \\"one\\"": {}}}',
    );
    assert.equal(after('{"StartAt": Ne|, "States": {"New": {}}}', "New"), '{"StartAt": "New", "States": {"New": {}}}');
    assert.equal(after(inState('"End": t|'), "true"), inState('"End": true'));
  });

  it("name states that are missing, where states are named", () => {
    const marked = '{"StartAt":"A","States":{"B":{"Type":"Choice","Choices":[{"Next":"C"}],"Default":"B"},"|"}}';
    assert.deepEqual(labels(marked), ["A", "C"]);
  });

  it("name errors, the definition's own too, each once", () => {
    const marked =
      '{"States":{"A":{"Catch":[{"ErrorEquals":["States.Timeout","|"]}],"Retry":[{"ErrorEquals":["Mine"]}]},"F":{"Type":"Fail","Error":"Own"}}}';
    const found = labels(marked);
    assert.ok(found.includes("States.ALL") && found.includes("Mine") && found.includes("Own"));
    assert.ok(!found.includes("States.Timeout"));
    assert.equal(new Set(found).size, found.length);
  });

  it("name resources that are known", () => {
    const marked = inState('"Type":"Task","Resource":"|"');
    const resources = [{ arn: "arn:aws:lambda:us-east-1:123456789012:function:f", detail: "f" }];
    const found = labels(marked, { resources });
    assert.equal(found[0], "arn:aws:lambda:us-east-1:123456789012:function:f");
    assert.ok(found.includes("arn:aws:states:::states:startExecution.sync:2"));
    assert.deepEqual(labels(marked, { resources, integrations: false }), [resources[0]?.arn]);
    const express = labels(marked, { type: "EXPRESS" });
    assert.ok(express.includes("arn:aws:states:::sqs:sendMessage"));
    assert.ok(!express.some((arn) => /\.(?:sync|sync:2|waitForTaskToken)$/.test(arn)));
  });
});
