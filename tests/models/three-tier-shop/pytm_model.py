"""The same system as in `draft`, for pytm 1.4.0: `pip install pytm==1.4.0`, then
`python pytm_model.py --json findings.json`, or `tests/models/pytm_findings.py three-tier-shop` for the count.

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
    "Three-tier shop, first draft",
    description="A web shop in one cloud account.",
)

# Trust boundaries. pytm has no trust levels.

internet = Boundary("Internet")
providers = Boundary("Providers")
office = Boundary("Office network")
cloud = Boundary("Cloud account")
web_tier = Boundary("Public subnet", inBoundary=cloud)
app_tier = Boundary("Application subnet", inBoundary=cloud)
data_tier = Boundary("Data subnet", inBoundary=cloud)

# Data

products = Data(
    "Products, prices and pictures", classification=Classification.PUBLIC, isStored=True,
)
basket = Data("Basket", classification=Classification.RESTRICTED, isStored=True)
order = Data("Order", classification=Classification.SENSITIVE, isPII=True, isStored=True)
invoice = Data("Invoice", classification=Classification.SENSITIVE, isPII=True, isStored=True)
profile = Data(
    "Customer profile", classification=Classification.SENSITIVE, isPII=True, isStored=True,
)
payment_token = Data("Payment token", classification=Classification.SENSITIVE)
password = Data("Customer's password", classification=Classification.SECRET, isCredentials=True)
session_token = Data(
    "Session token", classification=Classification.SECRET, isCredentials=True, isStored=True,
)

# Elements

shopper = Actor("Shopper", inBoundary=internet)
shopper.controls.authenticatesDestination = True
clerk = Actor("Back office clerk", inBoundary=office)
clerk.controls.authenticatesDestination = True
payment_provider = ExternalEntity("Payment provider", inBoundary=providers, protocol="HTTPS")
payment_provider.controls.isEncrypted = True
payment_provider.controls.authenticatesDestination = True
mail_provider = ExternalEntity("Mail provider", inBoundary=providers, protocol="HTTPS")
mail_provider.controls.isEncrypted = True
login = ExternalEntity("Identity provider", inBoundary=providers, protocol="HTTPS")
login.controls.isEncrypted = True
warehouse = ExternalEntity("Warehouse partner", inBoundary=providers, protocol="FTP")
cdn = Server("CDN", inBoundary=web_tier, protocol="HTTPS", usesSessionTokens=True)
cdn.controls.isEncrypted = True
cdn.controls.authenticatesDestination = True
cdn.controls.implementsAuthenticationScheme = True
cdn.controls.authenticatesSource = True
cdn.controls.hasAccessControl = True
cdn.controls.authorizesSource = True
cdn.controls.isResilient = True
api = Server(
    "Shop API", inBoundary=app_tier, protocol="HTTPS", usesSessionTokens=True, usesCache=True,
)
api.controls.isEncrypted = True
api.controls.implementsAuthenticationScheme = True
api.controls.authenticatesSource = True
api.controls.hasAccessControl = True
api.controls.authorizesSource = True
orders = Server("Order service", inBoundary=app_tier, usesXMLParser=True)
back_office = Server("Back office", inBoundary=app_tier, protocol="HTTPS")
back_office.controls.isEncrypted = True
back_office.controls.implementsAuthenticationScheme = True
back_office.controls.authenticatesSource = True
back_office.controls.hasAccessControl = True
back_office.controls.authorizesSource = True
invoicing = Process("Invoice job", inBoundary=app_tier)
db = Datastore(
    "Shop database", inBoundary=data_tier, protocol="SQL", type=DatastoreType.SQL,
    storesPII=True, storesSensitiveData=True, hasWriteAccess=True,
)
db.controls.implementsAuthenticationScheme = True
db.controls.authenticatesSource = True
db.controls.isEncryptedAtRest = True
cache = Datastore(
    "Cache", inBoundary=data_tier, protocol="NoSQL", isSQL=False, storesSensitiveData=True,
    hasWriteAccess=True,
)
media = Datastore(
    "Pictures and invoices", inBoundary=cloud, protocol="HTTPS", isSQL=False, storesPII=True,
    storesSensitiveData=True, hasWriteAccess=True,
)
media.controls.isEncrypted = True
search = Datastore(
    "Product search", inBoundary=data_tier, protocol="HTTP", isSQL=False, hasWriteAccess=True,
)

# Flows. A request and its response are one flow, with the data of both directions.

browse = Dataflow(
    shopper, cdn, "Browse and buy",
    protocol="HTTPS", data=[basket, order, session_token, products], usesSessionTokens=True,
)
browse.controls.isEncrypted = True
browse.controls.authenticatesDestination = True
browse.controls.providesConfidentiality = True
browse.controls.providesIntegrity = True
browse.controls.authenticatesSource = True
browse.controls.authenticationScheme = "session"
browse.controls.authorizesSource = True

cdn_to_api = Dataflow(
    cdn, api, "Forward to the API",
    protocol="HTTPS", data=[basket, order, session_token, products], usesSessionTokens=True,
)
cdn_to_api.controls.isEncrypted = True
cdn_to_api.controls.authenticatesDestination = True
cdn_to_api.controls.providesConfidentiality = True
cdn_to_api.controls.providesIntegrity = True
cdn_to_api.controls.authenticatesSource = True
cdn_to_api.controls.authenticationScheme = "session"
cdn_to_api.controls.authorizesSource = True

pictures = Dataflow(cdn, media, "Fetch pictures", protocol="HTTPS", data=[products])
pictures.controls.isEncrypted = True
pictures.controls.authenticatesDestination = True
pictures.controls.providesConfidentiality = True
pictures.controls.providesIntegrity = True

get_invoice = Dataflow(
    shopper, media, "Open an invoice by its link",
    protocol="HTTPS", data=[invoice],
)
get_invoice.controls.isEncrypted = True
get_invoice.controls.authenticatesDestination = True
get_invoice.controls.providesConfidentiality = True
get_invoice.controls.providesIntegrity = True

sign_in = Dataflow(shopper, login, "Sign in", protocol="HTTPS", data=[password, session_token])
sign_in.controls.isEncrypted = True
sign_in.controls.authenticatesDestination = True
sign_in.controls.providesConfidentiality = True
sign_in.controls.providesIntegrity = True
sign_in.controls.authenticatesSource = True
sign_in.controls.authenticationScheme = "password"

pay = Dataflow(shopper, payment_provider, "Enter the card", protocol="HTTPS", data=[payment_token])
pay.controls.isEncrypted = True
pay.controls.authenticatesDestination = True
pay.controls.providesConfidentiality = True
pay.controls.providesIntegrity = True

check_token = Dataflow(
    api, login, "Fetch signing keys and profile",
    protocol="HTTPS", data=[profile],
)
check_token.controls.isEncrypted = True
check_token.controls.authenticatesDestination = True
check_token.controls.providesConfidentiality = True
check_token.controls.providesIntegrity = True
check_token.controls.authenticatesSource = True
check_token.controls.authenticationScheme = "key"
check_token.controls.authorizesSource = True

place = Dataflow(api, orders, "Place an order", protocol="HTTP", data=[order, payment_token])

api_db = Dataflow(api, db, "Products and profiles", protocol="SQL", data=[profile, products])
api_db.controls.authenticatesSource = True
api_db.controls.authenticationScheme = "password"

orders_db = Dataflow(orders, db, "Orders", protocol="SQL", data=[order])
orders_db.controls.authenticatesSource = True
orders_db.controls.authenticationScheme = "password"

api_cache = Dataflow(
    api, cache, "Sessions and baskets",
    protocol="NoSQL", data=[basket, session_token],
)

api_search = Dataflow(api, search, "Search", protocol="HTTP", data=[products])

work = Dataflow(
    clerk, back_office, "Work in the back office",
    protocol="HTTPS", data=[products, order, profile],
)
work.controls.isEncrypted = True
work.controls.authenticatesDestination = True
work.controls.providesConfidentiality = True
work.controls.providesIntegrity = True
work.controls.authenticatesSource = True
work.controls.authenticationScheme = "password"
work.controls.authorizesSource = True

back_office_db = Dataflow(
    back_office, db, "All data",
    protocol="SQL", data=[products, order, profile],
)
back_office_db.controls.authenticatesSource = True
back_office_db.controls.authenticationScheme = "password"

upload = Dataflow(back_office, media, "Upload pictures", protocol="HTTPS", data=[products])
upload.controls.isEncrypted = True
upload.controls.authenticatesDestination = True
upload.controls.providesConfidentiality = True
upload.controls.providesIntegrity = True
upload.controls.authenticatesSource = True
upload.controls.authenticationScheme = "key"

index = Dataflow(back_office, search, "Update the index", protocol="HTTP", data=[products])

bill = Dataflow(invoicing, db, "Read paid orders", protocol="SQL", data=[order, profile])
bill.controls.authenticatesSource = True
bill.controls.authenticationScheme = "password"

file_invoice = Dataflow(invoicing, media, "File invoices", protocol="HTTPS", data=[invoice])
file_invoice.controls.isEncrypted = True
file_invoice.controls.authenticatesDestination = True
file_invoice.controls.providesConfidentiality = True
file_invoice.controls.providesIntegrity = True
file_invoice.controls.authenticatesSource = True
file_invoice.controls.authenticationScheme = "key"

charge = Dataflow(orders, payment_provider, "Charge", protocol="HTTPS", data=[payment_token, order])
charge.controls.isEncrypted = True
charge.controls.authenticatesDestination = True
charge.controls.providesConfidentiality = True
charge.controls.providesIntegrity = True
charge.controls.authenticatesSource = True
charge.controls.authenticationScheme = "key"
charge.controls.authorizesSource = True

payment_result = Dataflow(
    payment_provider, orders, "Payment result",
    protocol="HTTPS", data=[order],
)
payment_result.controls.isEncrypted = True
payment_result.controls.authenticatesDestination = True
payment_result.controls.providesConfidentiality = True
payment_result.controls.providesIntegrity = True

mail = Dataflow(invoicing, mail_provider, "Send email", protocol="HTTPS", data=[invoice, order])
mail.controls.isEncrypted = True
mail.controls.authenticatesDestination = True
mail.controls.providesConfidentiality = True
mail.controls.providesIntegrity = True
mail.controls.authenticatesSource = True
mail.controls.authenticationScheme = "key"

pick_list = Dataflow(orders, warehouse, "Pick lists", protocol="FTP", data=[order])
pick_list.controls.authenticatesSource = True
pick_list.controls.authenticationScheme = "password"

if __name__ == "__main__":
    tm.process()
