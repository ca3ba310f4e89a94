"""Microsoft's Python client and azure-identity, as they ship, against the sandbox.

Only base URL, authority and "no instance discovery" are set; the certificate authority comes from SSL_CERT_FILE and
REQUESTS_CA_BUNDLE. Reads the sandbox's ready line from the file named as the first argument.
"""

import asyncio
import json
import sys
import urllib.request

from azure.identity import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.group import Group
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.count.count_request_builder import CountRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

with open(sys.argv[1], encoding="utf-8") as file:
    sandbox = json.loads(file.readline())

credential = ClientSecretCredential(
    sandbox["tenantId"],
    sandbox["clientId"],
    sandbox["clientSecret"],
    authority=sandbox["authority"],
    disable_instance_discovery=True,
)
adapter = GraphRequestAdapter(
    AzureIdentityAuthenticationProvider(
        credential,
        scopes=["https://graph.microsoft.com/.default"],
        allowed_hosts=[sandbox["graph"].removeprefix("https://"), "localhost"],
    )
)
adapter.base_url = f"{sandbox['graph']}/v1.0"
client = GraphServiceClient(request_adapter=adapter)


def passed(step: str) -> None:
    print(f"  passed: {step}", flush=True)


def reference(object_id: str) -> str:
    return f"https://graph.microsoft.com/v1.0/directoryObjects/{object_id}"


def query(parameters, **headers):
    config = RequestConfiguration(query_parameters=parameters)
    for name, value in headers.items():
        config.headers.add(name.replace("_", "-"), value)
    return config


async def all_pages(first):
    items = []

    def take(item) -> bool:
        items.append(item)
        return True

    await PageIterator(first, adapter).iterate(take)
    return items


async def create():
    organization = (await client.organization.get()).value[0]
    domain = next(one.name for one in organization.verified_domains if one.is_default)
    made = []
    for name in ("katherine", "dorothy"):
        user = User(
            account_enabled=True,
            display_name=f"Python {name}",
            mail_nickname=f"py-{name}",
            user_principal_name=f"py-{name}@{domain}",
            password_profile=PasswordProfile(
                password="Correct-Horse-1", force_change_password_next_sign_in=True
            ),
        )
        made.append(await client.users.post(user))
    group = await client.groups.post(
        Group(
            display_name="Python readers",
            mail_enabled=False,
            mail_nickname="py-readers",
            security_enabled=True,
        )
    )
    members = client.groups.by_group_id(group.id).members
    for user in made:
        await members.ref.post(ReferenceCreate(odata_id=reference(user.id)))
    try:
        await members.ref.post(ReferenceCreate(odata_id=reference(made[0].id)))
        raise AssertionError("a second membership was taken")
    except APIError as refusal:
        assert refusal.response_status_code == 400
        assert "already exist" in refusal.error.message
    found = await members.get()
    assert {one.id for one in found.value} == {user.id for user in made}
    assert all(isinstance(one, User) for one in found.value)
    passed("create users and a group, add members, be refused a second time")
    return made, group


async def read(made):
    listed = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters
    everyone = await all_pages(
        await client.users.get(query(listed(top=50, select=["id", "displayName"])))
    )
    count = await client.users.count.get(
        query(
            CountRequestBuilder.CountRequestBuilderGetQueryParameters(),
            ConsistencyLevel="eventual",
        )
    )
    assert len(everyone) == count == len({one.id for one in everyone}) > 200
    passed("page through every user, and count them")
    plain = await client.users.get(query(listed(filter="startswith(userPrincipalName,'py-')")))
    assert {one.id for one in plain.value} == {user.id for user in made}
    advanced = await client.users.get(
        query(
            listed(search='"displayName:Python dorothy"', count=True),
            ConsistencyLevel="eventual",
        )
    )
    assert (advanced.odata_count, advanced.value[0].id) == (1, made[1].id)
    passed("filter, and search as an advanced query")


async def delta_and_batch(made):
    page = await client.users.delta.get()
    while page.odata_delta_link is None:
        page = await client.users.delta.with_url(page.odata_next_link).get()
    batch = BatchRequestContent()
    one = client.users.by_user_id(made[0].id)
    nobody = client.users.by_user_id("nobody@nowhere.example")
    requests = {
        "1": one.to_patch_request_information(User(job_title="Computer")),
        "2": client.users.by_user_id(made[1].id).to_get_request_information(),
        "3": nobody.to_get_request_information(),
    }
    for name, request in requests.items():
        batch.add_request(name, BatchRequestItem(request, name))
    # msgraph-core sends absolute URLs, which Graph refuses (issue 1015 of msgraph-sdk-python): so must the sandbox.
    try:
        await client.batch.post(batch)
        raise AssertionError("absolute URLs in a batch were taken")
    except APIError as refusal:
        assert refusal.response_status_code == 400
    for item in batch.requests.values():
        item.url = item.url.removeprefix(adapter.base_url)
    answers = await client.batch.post(batch)
    assert answers.get_response_status_codes() == {"1": 204, "2": 200, "3": 404}
    passed("batch: be refused with absolute URLs, then a write, a read, a refusal")
    changed = await client.users.delta.with_url(page.odata_delta_link).get()
    assert [(user.id, user.job_title) for user in changed.value] == [(made[0].id, "Computer")]
    passed("delta: all, then what changed")
    return changed.odata_delta_link


async def throttled(made):
    fault = {"name": "throttle", "path": made[0].id, "times": 1, "retryAfter": 1}
    request = urllib.request.Request(
        f"{sandbox['control']}/_sandbox/fault",
        json.dumps(fault).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as armed:
        assert armed.status == 200
    assert (await client.users.by_user_id(made[0].id).get()).id == made[0].id
    passed("wait and try again when throttled")


async def delete_and_restore(made, group, delta_link):
    user_id = made[0].id
    await client.users.by_user_id(user_id).delete()
    try:
        await client.users.by_user_id(user_id).get()
        raise AssertionError("the deleted user was read")
    except APIError as refusal:
        assert refusal.response_status_code == 404
        assert refusal.error.code == "Request_ResourceNotFound"
    bin_of_users = await all_pages(await client.directory.deleted_items.graph_user.get())
    assert user_id in {one.id for one in bin_of_users}
    removed = (await client.users.delta.with_url(delta_link).get()).value
    assert removed[0].additional_data["@removed"]["reason"] == "changed"
    restored = await client.directory.deleted_items.by_directory_object_id(user_id).restore.post()
    assert restored.id == user_id
    members = await client.groups.by_group_id(group.id).members.get()
    assert len(members.value) == 2
    passed("delete, find in the recycle bin, see it in delta, restore under the same id")


async def main():
    made, group = await create()
    await read(made)
    delta_link = await delta_and_batch(made)
    await throttled(made)
    await delete_and_restore(made, group, delta_link)


asyncio.run(main())
