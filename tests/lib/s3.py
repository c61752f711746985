"""The S3 server in scenarios, seen by a client that is not pressrun's."""

import atexit
import os
import secrets
import subprocess

import boto3
import botocore.config
import botocore.exceptions
import scenario


class Store:
    """The server of tests/run; with options, or where there is none, one of its own that ends with the
    scenario. Options are variables of tests/lib/s3-server."""

    def __init__(self, **options):
        found = os.environ if "S3_ENDPOINT" in os.environ and not options else start_own(options)
        self.endpoint, self.tls_endpoint = found["S3_ENDPOINT"], found["S3_TLS_ENDPOINT"]
        self.virtual_endpoint, self.virtual_tls_endpoint = found["S3_VIRTUAL_ENDPOINT"], found["S3_VIRTUAL_TLS_ENDPOINT"]
        self.ca, self.region = found["S3_CA"], found["S3_REGION"]
        self.access_key_id, self.secret_access_key = found["S3_ACCESS_KEY_ID"], found["S3_SECRET_ACCESS_KEY"]
        self.token = {name[7:].lower(): value for name, value in found.items() if name.startswith("S3_STS_")}
        os.environ["S3_SECRET"] = self.secret_access_key  # where the destinations' settings find it
        self.port = int(self.endpoint.rsplit(":", 1)[1])
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, region_name=self.region, aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={}, retries={"max_attempts": 3}))

    def bucket(self, name="reports"):
        """A new, empty one."""
        return Bucket(self, "%s-%s" % (name, secrets.token_hex(4)))


def start_own(options):
    script = os.path.join(scenario.ROOT, "tests", "lib", "s3-server")
    directory = os.path.join(scenario.DIRECTORY, "s3-" + secrets.token_hex(4))
    started = subprocess.run([script, "start", directory], env=dict(os.environ, **options), stdout=subprocess.PIPE,
                             text=True, check=False)
    if started.returncode == 77:
        scenario.skip("there is no S3 server here")
    if started.returncode != 0:
        raise RuntimeError("the S3 server did not start")
    atexit.register(subprocess.run, [script, "stop", directory], check=False)
    return dict(line.split("=", 1) for line in started.stdout.splitlines())


class Object:
    """What the server says about one."""

    def __init__(self, head):
        self.size, self.type = head["ContentLength"], head["ContentType"]
        self.encoding = head.get("ContentEncoding")
        self.disposition, self.metadata = head.get("ContentDisposition"), head["Metadata"]
        self.etag, self.modified = head["ETag"].strip('"'), head["LastModified"]

    def is_multipart(self):
        return "-" in self.etag


class Bucket:
    def __init__(self, store, name):
        self.store, self.name, self.client = store, name, store.client
        self.client.create_bucket(Bucket=name)

    def destination(self, **more):
        """Settings of a destination in pressrun.yaml."""
        return dict({"kind": "s3", "endpoint": self.store.endpoint, "region": self.store.region, "bucket": self.name,
                     "access_key_id": self.store.access_key_id, "secret_access_key": {"env": "S3_SECRET"},
                     "insecure": True}, **more)

    def keys(self, prefix=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))

    def get(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def all(self, prefix=""):
        """{key: bytes}"""
        return {key: self.get(key) for key in self.keys(prefix)}

    def head(self, key):
        """An Object, or None."""
        try:
            return Object(self.client.head_object(Bucket=self.name, Key=key))
        except botocore.exceptions.ClientError as e:
            if e.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    def put(self, key, data, **more):
        self.client.put_object(Bucket=self.name, Key=key, Body=data, **more)

    def clear(self):
        """Removes all objects, which a server in memory is grateful for."""
        for key in self.keys():
            self.client.delete_object(Bucket=self.name, Key=key)

    def uploads(self):
        """Multipart uploads that were neither completed nor aborted: [(key, upload id)]"""
        answer = self.client.list_multipart_uploads(Bucket=self.name)
        return [(u["Key"], u["UploadId"]) for u in answer.get("Uploads", ())]

    def parts(self, key, upload):
        answer = self.client.list_parts(Bucket=self.name, Key=key, UploadId=upload)
        return [p["PartNumber"] for p in answer.get("Parts", ())]
