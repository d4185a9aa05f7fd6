/** The state machines that are simulated: every way an execution can wait. */
export const queueUrl = "http://simulated/000000000000/tasks";
export const activityArn = "arn:aws:states:us-east-1:000000000000:activity:work";
export const machineArn = (name: string): string => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

const pass = { Type: "Pass", End: true };
const wait = (seconds: number): object => ({
  StartAt: `W${seconds}`,
  States: { [`W${seconds}`]: { Type: "Wait", Seconds: seconds, End: true } },
});
/** Tasks whose worker may have died with the answer in its hands. */
const patient = {
  TimeoutSeconds: 300,
  Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 5, BackoffRate: 1, MaxAttempts: 100_000 }],
};
const single = (state: object): object => ({ StartAt: "S", States: { S: { ...state, End: true } } });

export const machines: Readonly<Record<string, object>> = {
  chain: { StartAt: "A", States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "C" }, C: pass } },
  wait: wait(90),
  parallel: single({ Type: "Parallel", Branches: [wait(20), wait(40), { StartAt: "P", States: { P: pass } }] }),
  map: {
    StartAt: "L",
    States: {
      L: { Type: "Pass", Result: [1, 2, 3, 4, 5], Next: "M" },
      M: { Type: "Map", MaxConcurrency: 2, ItemProcessor: wait(10), End: true },
    },
  },
  send: single({
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage",
    Parameters: { QueueUrl: "http://simulated/000000000000/sent", MessageBody: { "arn.$": "$$.Execution.Id" } },
  }),
  token: single({
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters: { QueueUrl: queueUrl, MessageBody: { "token.$": "$$.Task.Token" } },
    ...patient,
  }),
  activity: single({ Type: "Task", Resource: activityArn, HeartbeatSeconds: 60, ...patient }),
  nested: single({
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync:2",
    Parameters: { StateMachineArn: machineArn("wait") },
  }),
  variables: {
    StartAt: "A",
    States: {
      A: { Type: "Pass", Result: [1, 2, 3], Assign: { "items.$": "$", kept: "k" }, Next: "M" },
      M: {
        Type: "Map",
        ItemsPath: "$items",
        MaxConcurrency: 2,
        ItemProcessor: {
          StartAt: "I",
          States: {
            I: { Type: "Wait", Seconds: 10, Assign: { "own.$": "States.Format('{}{}', $kept, $)" }, Next: "J" },
            J: { Type: "Choice", Choices: [{ Variable: "$own", StringMatches: "k*", Next: "K" }], Default: "F" },
            K: { Type: "Pass", InputPath: "$own", End: true },
            F: { Type: "Fail", Error: "Lost", Cause: "a variable" },
          },
        },
        End: true,
      },
    },
  },
  jsonata: {
    QueryLanguage: "JSONata",
    StartAt: "A",
    States: {
      A: {
        Type: "Pass",
        Assign: { items: [1, 2, 3], started: "{% $string($states.context.Execution.StartTime) %}" },
        Next: "M",
      },
      M: {
        Type: "Map",
        Items: "{% $items %}",
        MaxConcurrency: "{% 2 %}",
        ItemSelector: { n: "{% $states.context.Map.Item.Value %}" },
        ItemProcessor: {
          StartAt: "I",
          States: {
            I: {
              Type: "Wait",
              Seconds: "{% $states.input.n * 5 %}",
              Assign: { own: "{% $states.input.n %}" },
              Next: "J",
            },
            J: {
              Type: "Choice",
              Choices: [{ Condition: "{% $own in $items %}", Output: "{% $own %}", Next: "K" }],
              Default: "F",
            },
            K: { Type: "Pass", End: true },
            F: { Type: "Fail", Error: "Lost", Cause: "{% 'a variable: ' & $own %}" },
          },
        },
        Output: "{% $sum($states.result) %}",
        End: true,
      },
    },
  },
  fails: { StartAt: "F", States: { F: { Type: "Fail", Error: "Always", Cause: "on purpose" } } },
};
