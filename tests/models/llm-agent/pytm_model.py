"""The same system as in `draft`, for pytm 1.4.0: `pip install pytm==1.4.0`, then
`python pytm_model.py --json findings.json`, or `tests/models/pytm_findings.py llm-agent` for the count.

pytm 1.4.0 overwrites a flow's `protocol` and `controls.isEncrypted` by its sink's, and
`controls.authenticatesDestination` by its source's. Therefore elements state them as well, where
they are true for all flows of the element. For an element with both kinds of flows they are lost, which
changes the count by at most six. Facts that the draft does not specify keep pytm's defaults.
"""

from pytm import (
    Actor, Agent, Boundary, Classification, Data, Dataflow, Datastore, DatastoreType,
    ExternalEntity, LLM, Process, Server, TM,
)

tm = TM(
    "LLM agent, first draft",
    description="An assistant that answers from customers' documents, and acts with tools.",
)

# Trust boundaries. pytm has no trust levels.

internet = Boundary("Internet")
providers = Boundary("Providers")
cloud = Boundary("Cloud account")
cluster = Boundary("Application cluster", inBoundary=cloud)
office = Boundary("Our office")
sandbox = Boundary("Sandbox", inBoundary=cloud)

# Data

usage = Data("Usage and invoices", classification=Classification.SENSITIVE, isStored=True)
conversation = Data(
    "Conversation", classification=Classification.SENSITIVE, isPII=True, isStored=True,
)
documents = Data(
    "Customers' documents", classification=Classification.SENSITIVE, isPII=True, isStored=True,
)
system_prompt = Data(
    "System prompt and tool definitions", classification=Classification.RESTRICTED,
    isStored=True,
)
tool_credentials = Data(
    "Customers' credentials for tools", classification=Classification.SECRET,
    isCredentials=True, isStored=True,
)
web_page = Data("Public web pages", classification=Classification.PUBLIC, isStored=True)
crawl_job = Data("Addresses to crawl", classification=Classification.RESTRICTED)
ticket = Data("Tickets", classification=Classification.SENSITIVE, isPII=True)
generated_code = Data("Model-generated code", classification=Classification.RESTRICTED)

# Elements

administrator = Actor("Administrator", inBoundary=office, isAdmin=True)
administrator.controls.authenticatesDestination = True
user = Actor("Customer's user", inBoundary=internet)
user.controls.authenticatesDestination = True
model = LLM(
    "LLM provider", inBoundary=providers, protocol="HTTPS", processesPersonalData=True,
    hasRAG=True, hasAgentCapabilities=True, executesCode=True,
)
model.controls.isEncrypted = True
websites = ExternalEntity("Websites", inBoundary=internet, protocol="HTTPS")
websites.controls.isEncrypted = True
sources = ExternalEntity("Customer's document sources", inBoundary=internet, protocol="HTTPS")
sources.controls.isEncrypted = True
ticket_system = ExternalEntity("Customer's ticket system", inBoundary=internet, protocol="HTTPS")
ticket_system.controls.isEncrypted = True
partner_tools = ExternalEntity("Third-party MCP server", inBoundary=internet, protocol="HTTPS")
partner_tools.controls.isEncrypted = True
billing = Server("Usage and billing", inBoundary=cluster, protocol="HTTP")
billing.controls.authenticatesDestination = True
admin = Server("Admin console", inBoundary=cluster, protocol="HTTPS")
admin.controls.isEncrypted = True
admin.controls.authenticatesDestination = True
admin.controls.implementsAuthenticationScheme = True
admin.controls.authenticatesSource = True
admin.controls.usesMFA = True
ui = Process("Chat page", inBoundary=internet, protocol="local")
ui.controls.isEncrypted = True
ui.controls.authenticatesDestination = True
chat_api = Server("Chat API", inBoundary=cluster, protocol="WSS", usesSessionTokens=True)
chat_api.controls.isEncrypted = True
chat_api.controls.implementsAuthenticationScheme = True
chat_api.controls.authenticatesSource = True
chat_api.controls.hasAccessControl = True
chat_api.controls.authorizesSource = True
chat_api.controls.handlesResourceConsumption = True
assistant = Agent("Agent", inBoundary=cluster, protocol="gRPC", usesExternalTools=True)
ingestion = Process("Ingestion worker", inBoundary=cluster, protocol="HTTP")
mailer = Process("Mailer", inBoundary=cluster, protocol="HTTP")
interpreter = Process("Code interpreter", inBoundary=sandbox, protocol="HTTP")
books = Datastore(
    "Customers and usage", inBoundary=cluster, protocol="SQL", type=DatastoreType.SQL,
    storesSensitiveData=True, isShared=True, hasWriteAccess=True,
)
books.controls.isEncrypted = True
books.controls.implementsAuthenticationScheme = True
books.controls.authenticatesSource = True
books.controls.isEncryptedAtRest = True
vectors = Datastore(
    "Document index", inBoundary=cluster, protocol="gRPC", isSQL=False, storesPII=True,
    storesSensitiveData=True, isShared=True, hasWriteAccess=True,
)
vectors.controls.implementsAuthenticationScheme = True
vectors.controls.authenticatesSource = True
conversations = Datastore(
    "Conversations and settings", inBoundary=cluster, protocol="NoSQL", isSQL=False,
    storesPII=True, storesSensitiveData=True, isShared=True, hasWriteAccess=True,
)
conversations.controls.isEncrypted = True
conversations.controls.implementsAuthenticationScheme = True
conversations.controls.authenticatesSource = True
conversations.controls.isEncryptedAtRest = True

# Flows. A request and its response are one flow, with the data of both directions.

count = Dataflow(assistant, billing, "Count tokens", protocol="HTTP", data=[usage])

billing_books = Dataflow(billing, books, "Record usage", protocol="SQL", data=[usage])
billing_books.controls.isEncrypted = True
billing_books.controls.authenticatesDestination = True
billing_books.controls.providesConfidentiality = True
billing_books.controls.providesIntegrity = True
billing_books.controls.authenticatesSource = True
billing_books.controls.authenticationScheme = "password"
billing_books.controls.authorizesSource = True

administer = Dataflow(
    administrator, admin, "Administer customers",
    protocol="HTTPS", data=[usage, conversation],
)
administer.controls.isEncrypted = True
administer.controls.authenticatesDestination = True
administer.controls.providesConfidentiality = True
administer.controls.providesIntegrity = True
administer.controls.authenticatesSource = True
administer.controls.authenticationScheme = "federated"
administer.controls.usesMFA = True

read_conversations = Dataflow(
    admin, conversations, "Read conversations",
    protocol="NoSQL", data=[system_prompt, conversation],
)
read_conversations.controls.isEncrypted = True
read_conversations.controls.authenticatesDestination = True
read_conversations.controls.providesConfidentiality = True
read_conversations.controls.providesIntegrity = True
read_conversations.controls.authenticatesSource = True
read_conversations.controls.authenticationScheme = "password"

admin_books = Dataflow(admin, books, "Change plans", protocol="SQL", data=[usage])
admin_books.controls.isEncrypted = True
admin_books.controls.authenticatesDestination = True
admin_books.controls.providesConfidentiality = True
admin_books.controls.providesIntegrity = True
admin_books.controls.authenticatesSource = True
admin_books.controls.authenticationScheme = "password"

use = Dataflow(user, ui, "Ask and read answers", protocol="local", data=[conversation])
use.controls.isEncrypted = True
use.controls.authenticatesDestination = True
use.controls.providesConfidentiality = True
use.controls.providesIntegrity = True

chat = Dataflow(
    ui, chat_api, "Chat",
    protocol="WSS", data=[conversation, tool_credentials], usesSessionTokens=True,
)
chat.controls.isEncrypted = True
chat.controls.authenticatesDestination = True
chat.controls.providesConfidentiality = True
chat.controls.providesIntegrity = True
chat.controls.authenticatesSource = True
chat.controls.authenticationScheme = "session"
chat.controls.authorizesSource = True

ask_agent = Dataflow(chat_api, assistant, "Next turn", protocol="gRPC", data=[conversation])

keep = Dataflow(
    chat_api, conversations, "Store conversations and settings",
    protocol="NoSQL", data=[conversation, tool_credentials],
)
keep.controls.isEncrypted = True
keep.controls.authenticatesDestination = True
keep.controls.providesConfidentiality = True
keep.controls.providesIntegrity = True
keep.controls.authenticatesSource = True
keep.controls.authenticationScheme = "password"

remember = Dataflow(
    assistant, conversations, "Read history, prompts and credentials",
    protocol="NoSQL", data=[conversation, tool_credentials, system_prompt],
)
remember.controls.isEncrypted = True
remember.controls.authenticatesDestination = True
remember.controls.providesConfidentiality = True
remember.controls.providesIntegrity = True
remember.controls.authenticatesSource = True
remember.controls.authenticationScheme = "password"

complete = Dataflow(
    assistant, model, "Ask the model",
    protocol="HTTPS", data=[conversation, documents, system_prompt],
)
complete.controls.isEncrypted = True
complete.controls.authenticatesDestination = True
complete.controls.providesConfidentiality = True
complete.controls.providesIntegrity = True
complete.controls.authenticatesSource = True
complete.controls.authenticationScheme = "key"
complete.controls.authorizesSource = True

retrieve = Dataflow(
    assistant, vectors, "Find passages",
    protocol="gRPC", data=[documents, web_page],
)
retrieve.controls.authenticatesSource = True
retrieve.controls.authenticationScheme = "key"
retrieve.controls.authorizesSource = True

embed = Dataflow(ingestion, model, "Create embeddings", protocol="HTTPS", data=[documents, web_page])
embed.controls.isEncrypted = True
embed.controls.authenticatesDestination = True
embed.controls.providesConfidentiality = True
embed.controls.providesIntegrity = True
embed.controls.authenticatesSource = True
embed.controls.authenticationScheme = "key"

index = Dataflow(ingestion, vectors, "Fill the index", protocol="gRPC", data=[documents, web_page])
index.controls.authenticatesSource = True
index.controls.authenticationScheme = "key"

crawl_web = Dataflow(ingestion, websites, "Crawl web pages", protocol="HTTPS", data=[web_page])
crawl_web.controls.isEncrypted = True
crawl_web.controls.authenticatesDestination = True
crawl_web.controls.providesConfidentiality = True
crawl_web.controls.providesIntegrity = True

crawl_documents = Dataflow(
    ingestion, sources, "Fetch documents",
    protocol="HTTPS", data=[documents],
)
crawl_documents.controls.isEncrypted = True
crawl_documents.controls.authenticatesDestination = True
crawl_documents.controls.providesConfidentiality = True
crawl_documents.controls.providesIntegrity = True
crawl_documents.controls.authenticatesSource = True
crawl_documents.controls.authenticationScheme = "token"

start_crawl = Dataflow(chat_api, ingestion, "Start a crawl", protocol="HTTP", data=[crawl_job])

tickets = Dataflow(
    assistant, ticket_system, "Read and change tickets",
    protocol="HTTPS", data=[ticket, tool_credentials],
)
tickets.controls.isEncrypted = True
tickets.controls.authenticatesDestination = True
tickets.controls.providesConfidentiality = True
tickets.controls.providesIntegrity = True
tickets.controls.authenticatesSource = True
tickets.controls.authenticationScheme = "token"
tickets.controls.authorizesSource = True

call_partner = Dataflow(
    assistant, partner_tools, "Call third-party tools",
    protocol="HTTPS", data=[conversation],
)
call_partner.controls.isEncrypted = True
call_partner.controls.authenticatesDestination = True
call_partner.controls.providesConfidentiality = True
call_partner.controls.providesIntegrity = True
call_partner.controls.authenticatesSource = True
call_partner.controls.authenticationScheme = "key"

send_mail = Dataflow(assistant, mailer, "Send a mail", protocol="HTTP", data=[conversation])

run_code = Dataflow(
    assistant, interpreter, "Run code",
    protocol="HTTP", data=[generated_code, documents],
)

if __name__ == "__main__":
    tm.process()
