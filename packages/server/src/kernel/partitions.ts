/**
 * AWS's partitions: groups of regions that know nothing of each other. An ARN names the partition of its region, so the
 * region alone says it, and an ARN whose partition is not its region's names nothing.
 *
 * Except for what an earlier version made: it wrote `aws` in every region. Such a resource keeps its ARN (whoever has noted
 * it goes on using it) until it is deleted; by name it is found with `rowNamed`. So that both ARNs are decided at one place,
 * shards are those of `inDefaultPartition`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
import type { TableDefinition } from "./table.ts";
import type { Transaction } from "./transaction.ts";

const partitionDefault = "aws";

/** Regions of the other partitions, as botocore's `partitions.json` has them. */
const otherPartitions: readonly (readonly [partition: string, regions: RegExp])[] = [
  ["aws-cn", /^cn-\w+-\d+$/],
  ["aws-eusc", /^eusc-de-\w+-\d+$/],
  ["aws-iso", /^us-iso-\w+-\d+$/],
  ["aws-iso-b", /^us-isob-\w+-\d+$/],
  ["aws-iso-e", /^eu-isoe-\w+-\d+$/],
  ["aws-iso-f", /^us-isof-\w+-\d+$/],
  ["aws-us-gov", /^us-gov-\w+-\d+$/],
];

/** The region that was asked for last: every request asks, and most are of one region. */
let latest = { region: "", partition: partitionDefault };

/** `aws`, `aws-cn` and the like: the partition of a region; `aws` for one that nobody knows. */
export function partitionOf(region: string): string {
  if (region !== latest.region) {
    const other = otherPartitions.find(([, regions]) => regions.test(region));
    latest = { region, partition: other?.[0] ?? partitionDefault };
  }
  return latest.partition;
}

/**
 * The partitions whose ARNs may stand in what a resource is made of: that of its region. For a resource of an earlier version
 * also that of its own ARN.
 */
export function partitionsBeside(arn: string): readonly string[] {
  const [, own = "", , region = ""] = arn.split(":");
  const partition = partitionOf(region);
  return own === partition ? [own] : [partition, own];
}

/** Whether an ARN is of one of these partitions. */
export function isOfPartition(arn: string, partitions: readonly string[]): boolean {
  const [prefix, partition = ""] = arn.split(":", 2);
  return prefix === "arn" && partitions.includes(partition);
}

/** An ARN with `aws` as its partition; any other text as it is. */
export function inDefaultPartition(arn: string): string {
  return arn.startsWith("arn:aws-") ? `arn:${partitionDefault}${arn.slice(endOfPartition(arn))}` : arn;
}

/** What an earlier version called a resource; undefined when that was the same. */
export function formerArn(arn: string): string | undefined {
  const former = inDefaultPartition(arn);
  return former === arn ? undefined : former;
}

/**
 * The row of what has this ARN because of its region, account and name, in a table whose key is the ARN. Its own ARN is
 * another when an earlier version made it.
 */
export function rowNamed<Row extends object>(
  tx: Transaction,
  table: TableDefinition<Row>,
  arn: string,
): Row | undefined {
  const row = tx.get(table, arn);
  if (row !== undefined) return row;
  const former = formerArn(arn);
  return former === undefined ? undefined : tx.get(table, former);
}

function endOfPartition(arn: string): number {
  const colon = arn.indexOf(":", "arn:".length);
  return colon < 0 ? arn.length : colon;
}
