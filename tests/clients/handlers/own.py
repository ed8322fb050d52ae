# SPDX-License-Identifier: MIT
# Names an endpoint itself, where nobody is: it has to stay.
import boto3
from botocore.config import Config

client = boto3.client(
    "dynamodb", endpoint_url="http://127.0.0.1:1", config=Config(retries={"max_attempts": 0}))


def lambda_handler(event, context):
    try:
        client.list_tables()
    except Exception as error:
        print("own endpoint:", error)
