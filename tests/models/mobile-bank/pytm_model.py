"""The same system as in `draft`, for pytm 1.4.0: `pip install pytm==1.4.0`, then
`python pytm_model.py --json findings.json`, or `tests/models/pytm_findings.py mobile-bank` for the count.

pytm 1.4.0 overwrites a flow's `protocol` and `controls.isEncrypted` by its sink's, and
`controls.authenticatesDestination` by its source's. Therefore elements state them as well, where
they are true for all flows of the element. For an element with both kinds of flows they are lost, which
changes the count by at most six. Facts that the draft does not specify keep pytm's defaults.
"""

from pytm import (
    Actor, Boundary, Classification, Data, Dataflow, Datastore, DatastoreType, ExternalEntity,
    Process, Server, TM,
)

tm = TM(
    "Mobile bank, first draft",
    description="A bank in an app, with its back end in a cloud account.",
)

# Trust boundaries. pytm has no trust levels.

phone = Boundary("Customer's phone")
vendors = Boundary("Vendors")
cloud = Boundary("Cloud account")
edge = Boundary("Edge network", inBoundary=cloud)
core_network = Boundary("Core network", inBoundary=cloud)
call_centre = Boundary("Call center, run by a partner")

# Data

device_key = Data(
    "Device key", classification=Classification.SECRET, isCredentials=True, isStored=True,
)
pin = Data("PIN", classification=Classification.SECRET, isCredentials=True, isStored=True)
access_token = Data(
    "Access token", classification=Classification.SECRET, isCredentials=True, isStored=True,
)
message = Data("Push message", classification=Classification.SENSITIVE, isPII=True)
balances = Data(
    "Balances and statements", classification=Classification.SENSITIVE, isPII=True,
    isStored=True,
)
transfer = Data(
    "Transfer order", classification=Classification.SENSITIVE, isPII=True, isStored=True,
)
card = Data("Card data", classification=Classification.SECRET, isStored=True)
logs = Data("Service logs", classification=Classification.RESTRICTED, isStored=True)

# Elements

customer = Actor("Customer", inBoundary=phone)
customer.controls.authenticatesDestination = True
push_provider = ExternalEntity("Push notification provider", inBoundary=vendors, protocol="HTTPS")
push_provider.controls.isEncrypted = True
push_provider.controls.authenticatesDestination = True
card_processor = ExternalEntity("Card processor", inBoundary=vendors, protocol="HTTPS")
card_processor.controls.isEncrypted = True
card_processor.controls.authenticatesDestination = True
agent = Actor("Support agent", inBoundary=call_centre)
agent.controls.authenticatesDestination = True
mobile_app = Process("Mobile app", inBoundary=phone)
mobile_app.controls.isEncrypted = True
mobile_app.controls.authenticatesDestination = True
gateway = Server("API gateway", inBoundary=edge, protocol="HTTPS")
gateway.controls.isEncrypted = True
gateway.controls.implementsAuthenticationScheme = True
gateway.controls.authenticatesSource = True
gateway.controls.hasAccessControl = True
gateway.controls.authorizesSource = True
gateway.controls.isResilient = True
gateway.controls.handlesResourceConsumption = True
identity = Server("Identity and device binding", inBoundary=core_network, protocol="HTTPS")
identity.controls.isEncrypted = True
identity.controls.authenticatesDestination = True
identity.controls.implementsAuthenticationScheme = True
identity.controls.authenticatesSource = True
identity.controls.usesMFA = True
identity.controls.isResilient = True
accounts = Server("Account service", inBoundary=core_network)
accounts.controls.implementsAuthenticationScheme = True
accounts.controls.authenticatesSource = True
transfers = Server("Transfer service", inBoundary=core_network, protocol="HTTP")
transfers.controls.implementsAuthenticationScheme = True
transfers.controls.authenticatesSource = True
notifier = Process("Notifier", inBoundary=core_network)
console = Server("Support console", inBoundary=edge, protocol="HTTPS", usesVPN=True)
console.controls.isEncrypted = True
console.controls.implementsAuthenticationScheme = True
console.controls.authenticatesSource = True
console.controls.hasAccessControl = True
console.controls.authorizesSource = True
local_storage = Datastore(
    "App's storage on the phone", inBoundary=phone, protocol="local", isSQL=False,
    type=DatastoreType.FILE_SYSTEM, storesPII=True, storesSensitiveData=True,
    hasWriteAccess=True,
)
local_storage.controls.isEncrypted = True
credentials = Datastore(
    "Credentials and bound devices", inBoundary=core_network, protocol="SQL",
    type=DatastoreType.SQL, storesSensitiveData=True, hasWriteAccess=True,
)
credentials.controls.isEncrypted = True
credentials.controls.implementsAuthenticationScheme = True
credentials.controls.authenticatesSource = True
credentials.controls.hasAccessControl = True
credentials.controls.authorizesSource = True
credentials.controls.isEncryptedAtRest = True
documents = Datastore(
    "Account database", inBoundary=core_network, protocol="NoSQL", isSQL=False, storesPII=True,
    storesSensitiveData=True, hasWriteAccess=True,
)
documents.controls.isEncrypted = True
documents.controls.authenticatesDestination = True
documents.controls.implementsAuthenticationScheme = True
documents.controls.authenticatesSource = True
documents.controls.isResilient = True
documents.controls.isEncryptedAtRest = True
queue = Datastore(
    "Transfer queue", inBoundary=core_network, protocol="AMQP", isSQL=False, storesPII=True,
    storesSensitiveData=True, hasWriteAccess=True,
)
warehouse = Datastore(
    "Analytics warehouse", inBoundary=cloud, protocol="HTTPS", type=DatastoreType.SQL,
    storesPII=True, storesSensitiveData=True, hasWriteAccess=True,
)
warehouse.controls.isEncrypted = True
warehouse.controls.implementsAuthenticationScheme = True
warehouse.controls.authenticatesSource = True
warehouse.controls.isEncryptedAtRest = True
log_store = Datastore(
    "Logs", inBoundary=cloud, protocol="HTTPS", isSQL=False, storesLogData=True,
    hasWriteAccess=True,
)
log_store.controls.isEncrypted = True
log_store.controls.implementsAuthenticationScheme = True
log_store.controls.authenticatesSource = True

# Flows. A request and its response are one flow, with the data of both directions.

use = Dataflow(
    customer, mobile_app, "Use the app",
    protocol="local", data=[pin, transfer, balances],
)
use.controls.isEncrypted = True
use.controls.authenticatesDestination = True
use.controls.providesConfidentiality = True
use.controls.providesIntegrity = True

keep = Dataflow(
    mobile_app, local_storage, "Store on the phone",
    protocol="local", data=[device_key, access_token, balances],
)
keep.controls.isEncrypted = True
keep.controls.authenticatesDestination = True
keep.controls.providesConfidentiality = True
keep.controls.providesIntegrity = True

call = Dataflow(
    mobile_app, gateway, "Call the API",
    protocol="HTTPS", data=[pin, access_token, transfer, balances],
)
call.controls.isEncrypted = True
call.controls.authenticatesDestination = True
call.controls.providesConfidentiality = True
call.controls.providesIntegrity = True
call.controls.authenticatesSource = True
call.controls.authenticationScheme = "token"
call.controls.authorizesSource = True

bind = Dataflow(
    gateway, identity, "Sign in and bind a phone",
    protocol="HTTPS", data=[pin, device_key, access_token],
)
bind.controls.isEncrypted = True
bind.controls.authenticatesDestination = True
bind.controls.providesConfidentiality = True
bind.controls.providesIntegrity = True
bind.controls.authenticatesSource = True
bind.controls.authenticationScheme = "password"
bind.controls.usesMFA = True

identity_db = Dataflow(identity, credentials, "Accounts", protocol="SQL", data=[pin, device_key])
identity_db.controls.isEncrypted = True
identity_db.controls.authenticatesDestination = True
identity_db.controls.providesConfidentiality = True
identity_db.controls.providesIntegrity = True
identity_db.controls.authenticatesSource = True
identity_db.controls.authenticationScheme = "password"
identity_db.controls.authorizesSource = True

deliver = Dataflow(
    push_provider, mobile_app, "Deliver to the phone",
    protocol="HTTPS", data=[message],
)
deliver.controls.isEncrypted = True
deliver.controls.authenticatesDestination = True
deliver.controls.providesConfidentiality = True
deliver.controls.providesIntegrity = True

to_accounts = Dataflow(gateway, accounts, "Balances", protocol="HTTP", data=[balances])
to_accounts.controls.authenticatesSource = True
to_accounts.controls.authenticationScheme = "token"
to_accounts.controls.authorizesSource = True

to_transfers = Dataflow(gateway, transfers, "Transfers", protocol="HTTP", data=[transfer])
to_transfers.controls.authenticatesSource = True
to_transfers.controls.authenticationScheme = "token"

accounts_db = Dataflow(
    accounts, documents, "Read and write accounts",
    protocol="NoSQL", data=[balances, card],
)
accounts_db.controls.isEncrypted = True
accounts_db.controls.authenticatesDestination = True
accounts_db.controls.providesConfidentiality = True
accounts_db.controls.providesIntegrity = True
accounts_db.controls.authenticatesSource = True
accounts_db.controls.authenticationScheme = "password"

enqueue = Dataflow(transfers, queue, "Queue a transfer", protocol="AMQP", data=[transfer])
enqueue.controls.authenticatesSource = True
enqueue.controls.authenticationScheme = "password"

book = Dataflow(accounts, queue, "Book transfers", protocol="AMQP", data=[transfer])
book.controls.authenticatesSource = True
book.controls.authenticationScheme = "password"

announce = Dataflow(notifier, queue, "Read booked transfers", protocol="AMQP", data=[transfer])

push = Dataflow(notifier, push_provider, "Push a message", protocol="HTTPS", data=[message])
push.controls.isEncrypted = True
push.controls.authenticatesDestination = True
push.controls.providesConfidentiality = True
push.controls.providesIntegrity = True
push.controls.authenticatesSource = True
push.controls.authenticationScheme = "key"

issue = Dataflow(accounts, card_processor, "Manage cards", protocol="HTTPS", data=[card])
issue.controls.isEncrypted = True
issue.controls.authenticatesDestination = True
issue.controls.providesConfidentiality = True
issue.controls.providesIntegrity = True
issue.controls.authenticatesSource = True
issue.controls.authenticationScheme = "mutual tls"
issue.controls.authorizesSource = True

card_events = Dataflow(
    card_processor, accounts, "Real-time card payments",
    protocol="HTTPS", data=[card, balances],
)
card_events.controls.isEncrypted = True
card_events.controls.authenticatesDestination = True
card_events.controls.providesConfidentiality = True
card_events.controls.providesIntegrity = True
card_events.controls.authenticatesSource = True
card_events.controls.authenticationScheme = "network address"

help = Dataflow(
    agent, console, "Help customers",
    protocol="HTTPS", data=[transfer, balances], usesVPN=True,
)
help.controls.usesVPN = True
help.controls.isEncrypted = True
help.controls.authenticatesDestination = True
help.controls.providesConfidentiality = True
help.controls.providesIntegrity = True
help.controls.authenticatesSource = True
help.controls.authenticationScheme = "federated"
help.controls.authorizesSource = True

look_up = Dataflow(console, accounts, "Look up and correct", protocol="HTTP", data=[balances])
look_up.controls.authenticatesSource = True
look_up.controls.authenticationScheme = "key"
look_up.controls.authorizesSource = True

unbind = Dataflow(console, identity, "Unbind a phone, reset a PIN", protocol="HTTPS", data=[pin])
unbind.controls.isEncrypted = True
unbind.controls.authenticatesDestination = True
unbind.controls.providesConfidentiality = True
unbind.controls.providesIntegrity = True
unbind.controls.authenticatesSource = True
unbind.controls.authenticationScheme = "key"

nightly = Dataflow(
    documents, warehouse, "Nightly copy",
    protocol="HTTPS", data=[balances, transfer],
)
nightly.controls.isEncrypted = True
nightly.controls.authenticatesDestination = True
nightly.controls.providesConfidentiality = True
nightly.controls.providesIntegrity = True
nightly.controls.authenticatesSource = True
nightly.controls.authenticationScheme = "key"

log_accounts = Dataflow(accounts, log_store, "Logs", protocol="HTTPS", data=[logs])
log_accounts.controls.isEncrypted = True
log_accounts.controls.authenticatesDestination = True
log_accounts.controls.providesConfidentiality = True
log_accounts.controls.providesIntegrity = True
log_accounts.controls.authenticatesSource = True
log_accounts.controls.authenticationScheme = "token"

log_transfers = Dataflow(transfers, log_store, "Transfer logs", protocol="HTTPS", data=[logs])
log_transfers.controls.isEncrypted = True
log_transfers.controls.authenticatesDestination = True
log_transfers.controls.providesConfidentiality = True
log_transfers.controls.providesIntegrity = True
log_transfers.controls.authenticatesSource = True
log_transfers.controls.authenticationScheme = "token"

log_identity = Dataflow(identity, log_store, "Sign-in logs", protocol="HTTPS", data=[logs])
log_identity.controls.isEncrypted = True
log_identity.controls.authenticatesDestination = True
log_identity.controls.providesConfidentiality = True
log_identity.controls.providesIntegrity = True
log_identity.controls.authenticatesSource = True
log_identity.controls.authenticationScheme = "token"

if __name__ == "__main__":
    tm.process()
