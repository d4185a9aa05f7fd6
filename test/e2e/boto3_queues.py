"""A job through boto3's resource interface: `boto3_queues.py <endpoint>`. Orders in FIFO groups, dead letters and their way back, permissions."""

import json
import sys
import time

import boto3
from botocore.config import Config

options = dict(
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"total_max_attempts": 1}),
)
sqs = boto3.resource("sqs", **options)


def arn(queue):
    return queue.attributes["QueueArn"]


def orders():
    """Three customers, their orders in sequence; each batch is sent twice and taken once."""
    queue = sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "30"})
    for number in range(5):
        entries = [
            {
                "Id": customer,
                "MessageBody": f"{customer}-{number}",
                "MessageGroupId": customer,
                "MessageDeduplicationId": f"{customer}-{number}",
                "MessageAttributes": {"number": {"DataType": "Number", "StringValue": str(number)}},
            }
            for customer in ("ann", "bob", "eve")
        ]
        first, second = queue.send_messages(Entries=entries), queue.send_messages(Entries=entries)
        assert [m["MessageId"] for m in first["Successful"]] == [m["MessageId"] for m in second["Successful"]]
    done = {"ann": [], "bob": [], "eve": []}
    while sum(map(len, done.values())) < 15:
        messages = queue.receive_messages(
            MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"], WaitTimeSeconds=1
        )
        assert messages, done
        for message in messages:
            done[message.attributes["MessageGroupId"]].append(int(message.message_attributes["number"]["StringValue"]))
        queue.delete_messages(
            Entries=[{"Id": str(index), "ReceiptHandle": m.receipt_handle} for index, m in enumerate(messages)]
        )
    assert all(numbers == [0, 1, 2, 3, 4] for numbers in done.values()), done
    queue.delete()


def dead_letters():
    """What is received too often goes to the dead-letter queue, and a move task brings it back."""
    dead = sqs.create_queue(QueueName="jobs-dead")
    policy = {"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1}
    jobs = sqs.create_queue(
        QueueName="jobs", Attributes={"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "0"}
    )
    assert [queue.url for queue in dead.dead_letter_source_queues.all()] == [jobs.url]
    sent = {jobs.send_message(MessageBody=str(number))["MessageId"] for number in range(5)}
    while int(sqs.Queue(dead.url).attributes["ApproximateNumberOfMessages"]) < 5:
        jobs.receive_messages(MaxNumberOfMessages=10)
    letters = dead.receive_messages(MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=1)
    assert {letter.message_id for letter in letters} == sent
    assert all(letter.attributes["DeadLetterQueueSourceArn"] == arn(jobs) for letter in letters)
    for letter in letters:
        letter.change_visibility(VisibilityTimeout=0)
    client = sqs.meta.client
    jobs.set_attributes(Attributes={"VisibilityTimeout": "30"})
    client.start_message_move_task(SourceArn=arn(dead))
    for _ in range(100):
        [task] = client.list_message_move_tasks(SourceArn=arn(dead))["Results"]
        if task["Status"] == "COMPLETED":
            break
        time.sleep(0.05)
    assert task["ApproximateNumberOfMessagesMoved"] == 5, task
    back = jobs.receive_messages(MaxNumberOfMessages=10)
    assert sorted(message.body for message in back) == ["0", "1", "2", "3", "4"]
    assert not {message.message_id for message in back} & sent
    for message in back:
        message.delete()
    jobs.purge()


def permissions():
    queue = sqs.get_queue_by_name(QueueName="jobs")
    queue.add_permission(Label="partner", AWSAccountIds=["444455556666"], Actions=["SendMessage"])
    partner = boto3.resource("sqs", **{**options, "aws_access_key_id": "444455556666"})
    theirs = partner.Queue(queue.url)
    theirs.send_message(MessageBody="from the partner")
    try:
        theirs.receive_messages()
        raise AssertionError("receiving was not permitted")
    except partner.meta.client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied", error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error
    [message] = queue.receive_messages(AttributeNames=["SenderId"])
    assert message.attributes == {"SenderId": "444455556666"}
    queue.remove_permission(Label="partner")
    assert "Policy" not in sqs.Queue(queue.url).attributes


orders()
dead_letters()
permissions()
