/**
 * The optimized integrations of AWS Step Functions: services, their actions, and the patterns each has beside plain
 * request and response. AWS SDK integrations (`aws-sdk:…`) are too many to list and are not judged here.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
import type { TaskResource } from "./machine.ts";
import { unrecognizedResource } from "./resource.ts";

type Pattern = Extract<TaskResource, { kind: "integration" }>["pattern"];

const REQUEST: readonly Pattern[] = ["request"];
const JOB: readonly Pattern[] = ["request", "sync"];
const CALLBACK: readonly Pattern[] = ["request", "waitForTaskToken"];
const JOB_OR_CALLBACK: readonly Pattern[] = ["request", "sync", "waitForTaskToken"];

const INTEGRATIONS: Readonly<Record<string, Readonly<Record<string, readonly Pattern[]>>>> = {
  apigateway: { invoke: CALLBACK },
  athena: {
    getQueryExecution: REQUEST,
    getQueryResults: REQUEST,
    startQueryExecution: JOB,
    stopQueryExecution: REQUEST,
  },
  batch: { submitJob: JOB },
  bedrock: { createModelCustomizationJob: JOB, invokeModel: JOB_OR_CALLBACK },
  codebuild: {
    batchDeleteBuilds: REQUEST,
    batchGetReports: REQUEST,
    startBuild: JOB,
    startBuildBatch: JOB,
    stopBuild: REQUEST,
    stopBuildBatch: REQUEST,
  },
  databrew: { startJobRun: JOB },
  dynamodb: { deleteItem: REQUEST, getItem: REQUEST, putItem: REQUEST, updateItem: REQUEST },
  ecs: { runTask: JOB_OR_CALLBACK },
  eks: {
    call: REQUEST,
    createCluster: JOB,
    createFargateProfile: JOB,
    createNodegroup: JOB,
    deleteCluster: JOB,
    deleteFargateProfile: JOB,
    deleteNodegroup: JOB,
    runJob: JOB,
  },
  elasticmapreduce: {
    addStep: JOB,
    cancelStep: REQUEST,
    createCluster: JOB,
    modifyInstanceFleetByName: REQUEST,
    modifyInstanceGroupByName: REQUEST,
    setClusterTerminationProtection: REQUEST,
    terminateCluster: JOB,
  },
  "emr-containers": { createVirtualCluster: REQUEST, deleteVirtualCluster: JOB, startJobRun: JOB },
  "emr-serverless": {
    cancelJobRun: JOB,
    createApplication: JOB,
    deleteApplication: JOB,
    startApplication: JOB,
    startJobRun: JOB,
    stopApplication: JOB,
  },
  events: { putEvents: CALLBACK },
  glue: { startJobRun: JOB },
  http: { invoke: REQUEST },
  lambda: { invoke: CALLBACK },
  mediaconvert: { createJob: JOB },
  sagemaker: {
    createEndpoint: REQUEST,
    createEndpointConfig: REQUEST,
    createHyperParameterTuningJob: JOB,
    createLabelingJob: JOB,
    createModel: REQUEST,
    createProcessingJob: JOB,
    createTrainingJob: JOB,
    createTransformJob: JOB,
    updateEndpoint: REQUEST,
  },
  sns: { publish: CALLBACK },
  sqs: { sendMessage: CALLBACK },
  states: { startExecution: ["request", "sync", "sync:2", "waitForTaskToken"] },
};

/** The resource ARNs of all optimized integrations, each with its pattern, in alphabetical order of services. */
export function integrationArns(): { readonly arn: string; readonly pattern: Pattern }[] {
  return Object.entries(INTEGRATIONS).flatMap(([service, actions]) =>
    Object.entries(actions).flatMap(([action, patterns]) =>
      patterns.map((pattern) => ({
        arn: `arn:aws:states:::${service}:${action}${pattern === "request" ? "" : `.${pattern}`}`,
        pattern,
      })),
    ),
  );
}

/**
 * For `CompileOptions.resources`: refuses, in AWS's words, optimized integrations that AWS does not have. Functions,
 * activities and AWS SDK integrations pass.
 */
export function refuseUnknownIntegration(resource: TaskResource): string | undefined {
  if (resource.kind !== "integration" || resource.service.startsWith("aws-sdk:")) return undefined;
  const actions = Object.hasOwn(INTEGRATIONS, resource.service) ? INTEGRATIONS[resource.service] : undefined;
  const patterns = actions && Object.hasOwn(actions, resource.action) ? actions[resource.action] : undefined;
  return patterns?.includes(resource.pattern) ? undefined : unrecognizedResource(resource.arn);
}
