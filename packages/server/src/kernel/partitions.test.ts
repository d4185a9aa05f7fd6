import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formerArn, inDefaultPartition, isOfPartition, partitionOf, partitionsBeside } from "./partitions.ts";
import { ShardMap } from "./shards.ts";

/** Regions and partitions of botocore's `partitions.json`. */
const regions: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "eu-west-3", "ap-southeast-7", "sa-east-1", "ca-west-1", "me-central-1", "af-south-1"],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-eusc": ["eusc-de-east-1"],
  "aws-iso": ["us-iso-east-1", "us-iso-west-1"],
  "aws-iso-b": ["us-isob-east-1", "us-isob-west-1"],
  "aws-iso-e": ["eu-isoe-west-1"],
  "aws-iso-f": ["us-isof-east-1", "us-isof-south-1"],
  "aws-us-gov": ["us-gov-east-1", "us-gov-west-1"],
};

describe("partitions", () => {
  for (const [partition, its] of Object.entries(regions))
    test(`${partition} is that of ${its.join(", ")}`, () => {
      assert.deepEqual(its.map(partitionOf), Array<string>(its.length).fill(partition));
    });

  test("a region nobody knows is of aws", () => {
    for (const region of ["mars-north-1", "us-gov", "cn-north", "xcn-north-1", "us-isoz-east-1", ""])
      assert.equal(partitionOf(region), "aws", region);
  });

  test("beside a resource stand ARNs of its region's partition, and of its own when it is an earlier version's", () => {
    assert.deepEqual(partitionsBeside("arn:aws:sqs:eu-west-1:111122223333:q"), ["aws"]);
    assert.deepEqual(partitionsBeside("arn:aws-cn:sqs:cn-north-1:111122223333:q"), ["aws-cn"]);
    assert.deepEqual(partitionsBeside("arn:aws:sqs:cn-north-1:111122223333:q"), ["aws-cn", "aws"]);
    assert.ok(isOfPartition("arn:aws-cn:iam::111122223333:root", ["aws-cn"]));
    for (const arn of ["arn:aws:iam::111122223333:root", "arn:aws-cn-x:iam::1:root", "aws-cn", "arn", "x:aws-cn:", ""])
      assert.ok(!isOfPartition(arn, ["aws-cn"]), arn);
  });

  test("an earlier version's ARN has aws; where it always had, there is none", () => {
    assert.equal(
      formerArn("arn:aws-us-gov:sqs:us-gov-west-1:111122223333:q"),
      "arn:aws:sqs:us-gov-west-1:111122223333:q",
    );
    for (const text of ["arn:aws:sqs:us-east-1:111122223333:q", "arn:", "arn:other:x", "aws-cn", ""]) {
      assert.equal(formerArn(text), undefined, text);
      assert.equal(inDefaultPartition(text), text);
    }
    assert.equal(inDefaultPartition("arn:aws-cn"), "arn:aws");
  });

  test("both ARNs are of one shard, which is where an earlier version put it", () => {
    const shards = new ShardMap(64);
    for (let number = 0; number < 100; number += 1) {
      const arn = `arn:aws-us-gov:sqs:us-gov-west-1:111122223333:queue-${number}`;
      assert.equal(shards.of(arn), new ShardMap(64).of(arn.replace("aws-us-gov", "aws")));
    }
    // What the first release made of it: it may never be another.
    assert.equal(shards.of("arn:aws:sqs:us-gov-west-1:111122223333:queue"), 17);
  });
});
