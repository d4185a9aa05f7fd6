/**
 * The members of the context object (`$$`, or `$states.context`) and of `$states`.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */

/** A member's detail, or the members within it. */
export interface Members {
  readonly [name: string]: Members | string;
}

export const CONTEXT_MEMBERS: Members = {
  Execution: {
    Id: "ARN of the execution",
    Input: "Input of the execution",
    Name: "Name of the execution",
    RedriveCount: "How often the execution was redriven",
    RedriveTime: "When it was redriven last",
    RoleArn: "Role of the execution",
    StartTime: "When the execution started",
  },
  Map: {
    Item: {
      Index: "Place of the item, from 0",
      Key: "Name of the item, when members of an object are the items",
      Source: "Where the item was read from",
      Value: "The item",
    },
  },
  State: {
    EnteredTime: "When the state was entered",
    Name: "Name of the state",
    RetryCount: "How often the state was tried again",
  },
  StateMachine: { Id: "ARN of the state machine", Name: "Name of the state machine" },
  Task: { Token: "The token the task waits for; with .waitForTaskToken and activities" },
};

const STATES_MEMBERS: Members = { context: CONTEXT_MEMBERS, input: "Input of the state" };
const ERROR_OUTPUT: Members = { Cause: "What is said of the error", Error: "Name of the error" };

/** `$states` has a result where the state is done, and an error's output in a catcher. */
export function statesMembers(available: { readonly result: boolean; readonly errorOutput: boolean }): Members {
  return {
    ...STATES_MEMBERS,
    ...(available.errorOutput && { errorOutput: ERROR_OUTPUT }),
    ...(available.result && { result: "Result of the state" }),
  };
}

/** The members at a path of names; none when the path leads nowhere. */
export function membersAt(members: Members, path: readonly string[]): Members {
  let current: Members = members;
  for (const name of path) {
    const next = Object.hasOwn(current, name) ? current[name] : undefined;
    if (next === undefined || typeof next === "string") return {};
    current = next;
  }
  return current;
}
