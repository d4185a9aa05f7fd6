/** The package runs in a browser: one bundle without Node's modules, in a realm that has nothing but the language. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";

/** What a program in the bare realm does with the package; gives JSON. */
const program = `
  const text = JSON.stringify({
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [
          { StartAt: "P", States: { P: { Type: "Pass", Parameters: { "sum.$": "States.MathAdd($.n, 1)" }, End: true } } },
          { StartAt: "W", States: { W: { Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "S" }] },
            S: { Type: "Succeed" } } },
        ],
        End: true,
      },
    },
  });
  const compiled = asl.compileDefinition(text);
  const execution = asl.newExecution({
    arn: "arn:aws:states:us-east-1:123456789012:execution:m:e", name: "e", roleArn: "arn:aws:iam::123456789012:role/r",
    machineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m", machineName: "m", input: { n: 1 }, startedAt: 0,
  });
  const host = { now: 0, random: () => 0, uuid: () => "id", taskToken: () => "token" };
  const step = asl.advance(compiled.machine, execution, { kind: "start" }, host);
  const broken = asl.compileDefinition(text.replace('"StartAt":"P"', '"StartAt":"Q"'));
  JSON.stringify({
    status: step.execution.status,
    output: step.execution.output,
    problems: broken.diagnostics.map(({ message }) => message),
    scopes: asl.graphOf(JSON.parse(text)).scopes.length,
    completions: asl.completionsAt('{"St', 4).length,
  });
`;

describe("in a browser", () => {
  let bundle = "";
  let inputs: readonly string[] = [];
  let outside: readonly string[] = [];

  before(async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [fileURLToPath(new URL("index.ts", import.meta.url))],
      bundle: true,
      platform: "browser",
      format: "iife",
      globalName: "asl",
      target: "es2022",
      metafile: true,
      write: false,
    });
    bundle = outputFiles[0]?.text ?? "";
    inputs = Object.keys(metafile.inputs);
    outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  });

  it("it is made of its own files only", () => {
    assert.ok(inputs.length > 50);
    for (const input of inputs) assert.match(input, /^(?:packages\/asl\/)?src\//);
    assert.deepEqual(outside, []);
  });

  it("it diagnoses, completes, draws and runs in a realm without any host object", () => {
    const realm = vm.createContext(Object.create(null));
    vm.runInContext(bundle, realm);
    const result: unknown = JSON.parse(String(vm.runInContext(program, realm)));
    assert.deepEqual(result, {
      status: "SUCCEEDED",
      output: [{ sum: 2 }, { n: 1 }],
      problems: ["Missing 'StartAt' target: Q"],
      scopes: 3,
      completions: 6,
    });
  });

  it("it asks for no more of a browser than its text encodings", () => {
    const realm = vm.createContext({ TextDecoder, TextEncoder, atob, btoa });
    vm.runInContext(bundle, realm);
    const template =
      "States.Format('{} {}', States.Base64Decode(States.Base64Encode('å')), States.Hash('a', 'SHA-256'))";
    const result: unknown = vm.runInContext(
      `asl.compileTemplate({ "a.$": ${JSON.stringify(template)} }).evaluate({ input: {}, context: {} }).a`,
      realm,
    );
    assert.equal(result, "å ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  });
});
