"""The same system as in `draft`, for pytm 1.4.0: `pip install pytm==1.4.0`, then
`python pytm_model.py --json findings.json`, or `tests/models/pytm_findings.py supply-chain` for the count.

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
    "Supply chain, first draft",
    description="From a commit to production.",
)

# Trust boundaries. pytm has no trust levels.

internet = Boundary("Internet")
office = Boundary("Office and home offices")
code_host = Boundary("Code host (SaaS)")
build_account = Boundary("Build account")
production = Boundary("Production account")
cluster_network = Boundary("Cluster network", inBoundary=production)

# Data

source_code = Data("Source code", classification=Classification.SENSITIVE, isStored=True)
dependencies = Data("Open source packages", classification=Classification.PUBLIC, isStored=True)
image = Data("Container images", classification=Classification.RESTRICTED, isStored=True)
deploy_secrets = Data(
    "Deployment credentials", classification=Classification.SECRET, isCredentials=True,
)
service_secrets = Data(
    "Production secrets", classification=Classification.SECRET, isCredentials=True,
)
manifests = Data("Deployment manifests", classification=Classification.RESTRICTED, isStored=True)
customer_orders = Data(
    "Customers' orders", classification=Classification.SENSITIVE, isPII=True, isStored=True,
)

# Elements

developer = Actor("Developer", inBoundary=office)
developer.controls.authenticatesDestination = True
release_manager = Actor("Release manager", inBoundary=office, isAdmin=True)
release_manager.controls.authenticatesDestination = True
public_packages = ExternalEntity("Public package registry", inBoundary=internet, protocol="HTTPS")
public_packages.controls.isEncrypted = True
scanner = ExternalEntity("Code scanning service", inBoundary=internet, protocol="HTTPS")
scanner.controls.isEncrypted = True
shop_partner = ExternalEntity("Partner that sends webhooks", inBoundary=internet)
shop_partner.controls.authenticatesDestination = True
customer = Actor("Customer", inBoundary=internet)
customer.controls.authenticatesDestination = True
pipeline = Server("CI service", inBoundary=code_host, protocol="HTTPS")
pipeline.controls.isEncrypted = True
runner = Process("CI runners", inBoundary=build_account)
deployer = Process("Deployment service", inBoundary=cluster_network, protocol="HTTPS")
deployer.controls.isEncrypted = True
deployer.controls.authenticatesDestination = True
deployer.controls.implementsAuthenticationScheme = True
deployer.controls.authenticatesSource = True
cluster = Server("Kubernetes cluster", inBoundary=cluster_network, protocol="HTTPS")
cluster.controls.isEncrypted = True
cluster.controls.authenticatesDestination = True
cluster.controls.implementsAuthenticationScheme = True
cluster.controls.authenticatesSource = True
cluster.controls.isResilient = True
secrets = Server("Secrets vault", inBoundary=production, protocol="HTTPS")
secrets.controls.isEncrypted = True
secrets.controls.implementsAuthenticationScheme = True
secrets.controls.authenticatesSource = True
secrets.controls.hasAccessControl = True
secrets.controls.authorizesSource = True
secrets.controls.isResilient = True
webhooks = Server("Webhook receiver", inBoundary=cluster_network)
webhooks.controls.isEncrypted = True
orders = Server("Order service", inBoundary=cluster_network)
orders.controls.authenticatesDestination = True
repository = Datastore(
    "Source repository", inBoundary=code_host, isSQL=False, storesSensitiveData=True,
    hasWriteAccess=True,
)
repository.controls.isEncrypted = True
repository.controls.authenticatesDestination = True
repository.controls.implementsAuthenticationScheme = True
repository.controls.authenticatesSource = True
repository.controls.usesMFA = True
packages = Datastore(
    "Internal package registry", inBoundary=build_account, protocol="HTTP", isSQL=False,
    storesSensitiveData=True, hasWriteAccess=True,
)
packages.controls.authenticatesDestination = True
registry = Datastore(
    "Container registry", inBoundary=build_account, protocol="HTTPS", isSQL=False,
    hasWriteAccess=True,
)
registry.controls.isEncrypted = True
registry.controls.implementsAuthenticationScheme = True
registry.controls.authenticatesSource = True
registry.controls.isEncryptedAtRest = True
orders_db = Datastore(
    "Order database", inBoundary=production, protocol="SQL", type=DatastoreType.SQL,
    storesPII=True, storesSensitiveData=True, hasWriteAccess=True,
)
orders_db.controls.isEncrypted = True
orders_db.controls.implementsAuthenticationScheme = True
orders_db.controls.authenticatesSource = True
orders_db.controls.isEncryptedAtRest = True

# Flows. A request and its response are one flow, with the data of both directions.

push = Dataflow(
    developer, repository, "Push commits",
    protocol="SSH", data=[source_code, manifests],
)
push.controls.isEncrypted = True
push.controls.authenticatesDestination = True
push.controls.providesConfidentiality = True
push.controls.providesIntegrity = True
push.controls.authenticatesSource = True
push.controls.authenticationScheme = "key"

review = Dataflow(developer, repository, "Review and merge", protocol="HTTPS", data=[source_code])
review.controls.isEncrypted = True
review.controls.authenticatesDestination = True
review.controls.providesConfidentiality = True
review.controls.providesIntegrity = True
review.controls.authenticatesSource = True
review.controls.authenticationScheme = "federated"
review.controls.authorizesSource = True
review.controls.usesMFA = True

trigger = Dataflow(repository, pipeline, "Start a build", protocol="HTTPS", data=[source_code])
trigger.controls.isEncrypted = True
trigger.controls.authenticatesDestination = True
trigger.controls.providesConfidentiality = True
trigger.controls.providesIntegrity = True

take_job = Dataflow(
    runner, pipeline, "Take a job",
    protocol="HTTPS", data=[source_code, deploy_secrets],
)
take_job.controls.isEncrypted = True
take_job.controls.authenticatesDestination = True
take_job.controls.providesConfidentiality = True
take_job.controls.providesIntegrity = True
take_job.controls.authenticatesSource = True
take_job.controls.authenticationScheme = "token"
take_job.controls.authorizesSource = True

fetch_packages = Dataflow(
    runner, packages, "Fetch packages",
    protocol="HTTP", data=[dependencies, source_code],
)

publish_package = Dataflow(
    runner, packages, "Publish own packages",
    protocol="HTTP", data=[source_code],
)
publish_package.controls.authenticatesSource = True
publish_package.controls.authenticationScheme = "password"

mirror = Dataflow(
    packages, public_packages, "Fetch what is missing",
    protocol="HTTPS", data=[dependencies],
)
mirror.controls.isEncrypted = True
mirror.controls.authenticatesDestination = True
mirror.controls.providesConfidentiality = True
mirror.controls.providesIntegrity = True

scan = Dataflow(runner, scanner, "Scan code", protocol="HTTPS", data=[source_code])
scan.controls.isEncrypted = True
scan.controls.authenticatesDestination = True
scan.controls.providesConfidentiality = True
scan.controls.providesIntegrity = True
scan.controls.authenticatesSource = True
scan.controls.authenticationScheme = "token"

push_image = Dataflow(runner, registry, "Push images", protocol="HTTPS", data=[image])
push_image.controls.isEncrypted = True
push_image.controls.authenticatesDestination = True
push_image.controls.providesConfidentiality = True
push_image.controls.providesIntegrity = True
push_image.controls.authenticatesSource = True
push_image.controls.authenticationScheme = "password"

release = Dataflow(
    release_manager, deployer, "Release a version",
    protocol="HTTPS", data=[manifests],
)
release.controls.isEncrypted = True
release.controls.authenticatesDestination = True
release.controls.providesConfidentiality = True
release.controls.providesIntegrity = True
release.controls.authenticatesSource = True
release.controls.authenticationScheme = "password"

pull_manifests = Dataflow(
    deployer, repository, "Pull manifests",
    protocol="HTTPS", data=[manifests],
)
pull_manifests.controls.isEncrypted = True
pull_manifests.controls.authenticatesDestination = True
pull_manifests.controls.providesConfidentiality = True
pull_manifests.controls.providesIntegrity = True
pull_manifests.controls.authenticatesSource = True
pull_manifests.controls.authenticationScheme = "token"

roll_out = Dataflow(deployer, cluster, "Roll out", protocol="HTTPS", data=[manifests])
roll_out.controls.isEncrypted = True
roll_out.controls.authenticatesDestination = True
roll_out.controls.providesConfidentiality = True
roll_out.controls.providesIntegrity = True
roll_out.controls.authenticatesSource = True
roll_out.controls.authenticationScheme = "token"
roll_out.controls.authorizesSource = True

direct_deploy = Dataflow(
    runner, cluster, "Deploy from a build",
    protocol="HTTPS", data=[manifests, deploy_secrets],
)
direct_deploy.controls.isEncrypted = True
direct_deploy.controls.authenticatesDestination = True
direct_deploy.controls.providesConfidentiality = True
direct_deploy.controls.providesIntegrity = True
direct_deploy.controls.authenticatesSource = True
direct_deploy.controls.authenticationScheme = "certificate"

pull_image = Dataflow(cluster, registry, "Pull images", protocol="HTTPS", data=[image])
pull_image.controls.isEncrypted = True
pull_image.controls.authenticatesDestination = True
pull_image.controls.providesConfidentiality = True
pull_image.controls.providesIntegrity = True
pull_image.controls.authenticatesSource = True
pull_image.controls.authenticationScheme = "password"

start = Dataflow(cluster, orders, "Start the order service", protocol="local", data=[image])
start.controls.isEncrypted = True
start.controls.authenticatesDestination = True
start.controls.providesConfidentiality = True
start.controls.providesIntegrity = True

start_webhooks = Dataflow(
    cluster, webhooks, "Start the webhook receiver",
    protocol="local", data=[image],
)
start_webhooks.controls.isEncrypted = True
start_webhooks.controls.authenticatesDestination = True
start_webhooks.controls.providesConfidentiality = True
start_webhooks.controls.providesIntegrity = True

get_secrets = Dataflow(orders, secrets, "Read secrets", protocol="HTTPS", data=[service_secrets])
get_secrets.controls.isEncrypted = True
get_secrets.controls.authenticatesDestination = True
get_secrets.controls.providesConfidentiality = True
get_secrets.controls.providesIntegrity = True
get_secrets.controls.authenticatesSource = True
get_secrets.controls.authenticationScheme = "token"
get_secrets.controls.authorizesSource = True

shop = Dataflow(customer, orders, "Order", protocol="HTTPS", data=[customer_orders])
shop.controls.isEncrypted = True
shop.controls.authenticatesDestination = True
shop.controls.providesConfidentiality = True
shop.controls.providesIntegrity = True
shop.controls.authenticatesSource = True
shop.controls.authenticationScheme = "token"
shop.controls.authorizesSource = True

hook = Dataflow(shop_partner, webhooks, "Changed orders", protocol="HTTPS", data=[customer_orders])
hook.controls.isEncrypted = True
hook.controls.authenticatesDestination = True
hook.controls.providesConfidentiality = True
hook.controls.providesIntegrity = True

pass_on = Dataflow(webhooks, orders, "Forward orders", protocol="HTTP", data=[customer_orders])

store_orders = Dataflow(orders, orders_db, "Store orders", protocol="SQL", data=[customer_orders])
store_orders.controls.isEncrypted = True
store_orders.controls.authenticatesDestination = True
store_orders.controls.providesConfidentiality = True
store_orders.controls.providesIntegrity = True
store_orders.controls.authenticatesSource = True
store_orders.controls.authenticationScheme = "password"

if __name__ == "__main__":
    tm.process()
