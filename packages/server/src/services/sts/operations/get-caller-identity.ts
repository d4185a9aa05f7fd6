/**
 * GetCallerIdentity: the account of the request's credential.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from "@aws-sdk/client-sts";
import type { Operation } from "../../../kernel/operation.ts";
import { partitionOf } from "../../../kernel/partitions.ts";

type Output = Omit<GetCallerIdentityCommandOutput, "$metadata">;

/** There are no users here, so every caller is its account's root. */
export const getCallerIdentity: Operation<GetCallerIdentityCommandInput, Output> = {
  decide: (_tx, _input, { call }) => ({
    Account: call.account,
    Arn: `arn:${partitionOf(call.region)}:iam::${call.account}:root`,
    UserId: call.account,
  }),
};
