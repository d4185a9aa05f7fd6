"""Every operation through boto3: `boto3_client.py <endpoint>`; fails with the first answer that is not what it should be."""

import json
import sys
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

options = dict(
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"total_max_attempts": 1}, read_timeout=65),
)
sfn = boto3.client("stepfunctions", **options)
sqs = boto3.client("sqs", **options)
role = "arn:aws:iam::000000000000:role/any"


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"{code} expected")


def queues():
    url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == url
    assert sqs.list_queues()["QueueUrls"] == [url]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "86400"})
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["MessageRetentionPeriod"] == "86400"
    sqs.send_message(
        QueueUrl=url, MessageBody="hello", MessageAttributes={"raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    )
    message = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=5)["Messages"][0]
    assert message["Body"] == "hello" and message["MessageAttributes"]["raw"]["BinaryValue"] == b"\x00\xff"
    handle = message["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    handle = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(10)]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10
    handles = [m["ReceiptHandle"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    entries = [{"Id": str(i), "ReceiptHandle": h, "VisibilityTimeout": 30} for i, h in enumerate(handles)]
    assert len(sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)["Successful"]) == len(handles)
    entries = [{"Id": str(i), "ReceiptHandle": h} for i, h in enumerate(handles)]
    assert len(sqs.delete_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == len(handles)
    sqs.tag_queue(QueueUrl=url, Tags={"team": "x"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "x"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["team"])
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": 1}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    sqs.delete_queue(QueueUrl=dead)
    sqs.purge_queue(QueueUrl=url)
    sqs.delete_queue(QueueUrl=url)
    refused("AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName="jobs")


def state_machines():
    definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    assert sfn.validate_state_machine_definition(definition=definition)["result"] == "OK"
    arn = sfn.create_state_machine(name="greeter", definition=definition, roleArn=role)["stateMachineArn"]
    assert sfn.describe_state_machine(stateMachineArn=arn)["definition"] == definition
    assert "revisionId" in sfn.update_state_machine(stateMachineArn=arn, roleArn=role + "2")
    assert [machine["name"] for machine in sfn.list_state_machines()["stateMachines"]] == ["greeter"]
    sfn.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "x"}])
    assert sfn.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "team", "value": "x"}]
    sfn.untag_resource(resourceArn=arn, tagKeys=["team"])
    execution = sfn.start_execution(stateMachineArn=arn, name="first", input='{"n": 1}')["executionArn"]
    described = sfn.describe_execution(executionArn=execution)
    assert (described["status"], described["output"]) == ("SUCCEEDED", '{"n":1}'), described
    types = [event["type"] for event in sfn.get_execution_history(executionArn=execution)["events"]]
    assert types == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    assert sfn.describe_state_machine_for_execution(executionArn=execution)["roleArn"] == role + "2"
    assert len(sfn.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"]) == 1
    refused("ExecutionAlreadyExists", sfn.start_execution, stateMachineArn=arn, name="first", input="{}")
    sfn.delete_state_machine(stateMachineArn=arn)
    refused("StateMachineDoesNotExist", sfn.describe_state_machine, stateMachineArn=arn)


def activities():
    activity = sfn.create_activity(name="pack")["activityArn"]
    assert sfn.describe_activity(activityArn=activity)["name"] == "pack"
    assert len(sfn.list_activities()["activities"]) == 1
    task = {"Type": "Task", "Resource": activity, "HeartbeatSeconds": 60, "End": True}
    definition = json.dumps({"StartAt": "T", "States": {"T": task}})
    arn = sfn.create_state_machine(name="packing", definition=definition, roleArn=role)["stateMachineArn"]
    taken = []
    worker = threading.Thread(target=lambda: taken.append(sfn.get_activity_task(activityArn=activity)))
    worker.start()
    execution = sfn.start_execution(stateMachineArn=arn, input="{}")["executionArn"]
    worker.join()
    sfn.send_task_heartbeat(taskToken=taken[0]["taskToken"])
    sfn.send_task_success(taskToken=taken[0]["taskToken"], output="[1]")
    assert sfn.describe_execution(executionArn=execution)["output"] == "[1]"
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    sfn.send_task_failure(taskToken=token, error="E", cause="C")
    assert sfn.describe_execution(executionArn=execution)["error"] == "E"
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    sfn.stop_execution(executionArn=execution)
    assert sfn.describe_execution(executionArn=execution)["status"] == "ABORTED"
    sfn.delete_state_machine(stateMachineArn=arn)
    sfn.delete_activity(activityArn=activity)
    refused("ActivityDoesNotExist", sfn.describe_activity, activityArn=activity)


queues()
state_machines()
activities()
assert boto3.client("sts", **options).get_caller_identity()["Account"] == "000000000000"
