"""The same system as in `draft`, for pytm 1.4.0: `pip install pytm==1.4.0`, then
`python pytm_model.py --json findings.json`, or `tests/models/pytm_findings.py iot-fleet` for the count.

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
    "IoT fleet, first draft",
    description="Pumps in the field, and the back end that runs them.",
)

# Trust boundaries. pytm has no trust levels.

internet = Boundary("Internet")
office = Boundary("Office network")
account = Boundary("Cloud account")
device_edge = Boundary("Device edge", inBoundary=account)
backend = Boundary("Back end", inBoundary=account)
site = Boundary("Customer's site")
control_network = Boundary("Control network", inBoundary=site)
technicians_phone = Boundary("Technician's phone")

# Data

inventory = Data("Device inventory", classification=Classification.SENSITIVE, isStored=True)
customer_account = Data(
    "Customer account", classification=Classification.SENSITIVE, isPII=True, isStored=True,
)
telemetry = Data("Telemetry", classification=Classification.RESTRICTED, isStored=True)
command = Data("Commands to pumps", classification=Classification.RESTRICTED, isStored=True)
firmware = Data("Firmware", classification=Classification.RESTRICTED, isStored=True)
gateway_key = Data(
    "Gateway's key", classification=Classification.SECRET, isCredentials=True, isStored=True,
)

# Elements

operator = Actor("Operator", inBoundary=office, isAdmin=True)
operator.controls.authenticatesDestination = True
customer = Actor("Customer", inBoundary=internet)
customer.controls.authenticatesDestination = True
device_maker = ExternalEntity("Device maker", inBoundary=internet)
device_maker.controls.authenticatesDestination = True
technician = Actor("Technician", inBoundary=technicians_phone)
technician.controls.authenticatesDestination = True
registry = Server("Device registry", inBoundary=backend)
stream = Process("Telemetry processing", inBoundary=backend)
console = Server("Operator console", inBoundary=backend, protocol="HTTPS")
console.controls.isEncrypted = True
console.controls.implementsAuthenticationScheme = True
console.controls.authenticatesSource = True
console.controls.hasAccessControl = True
console.controls.authorizesSource = True
console.controls.usesMFA = True
portal = Server("Customer portal", inBoundary=backend, protocol="HTTPS")
portal.controls.isEncrypted = True
portal.controls.implementsAuthenticationScheme = True
portal.controls.authenticatesSource = True
portal.controls.hasAccessControl = True
portal.controls.authorizesSource = True
sensors = Process("Sensors", inBoundary=site)
controller = Process("Pump controller", inBoundary=control_network, protocol="Modbus")
gateway = Process("Site gateway", inBoundary=site, protocol="Bluetooth")
technician_app = Process("Technician's app", inBoundary=technicians_phone, protocol="local")
technician_app.controls.isEncrypted = True
broker = Datastore("MQTT broker", inBoundary=device_edge, isSQL=False, hasWriteAccess=True)
broker.controls.implementsAuthenticationScheme = True
broker.controls.authenticatesSource = True
broker.controls.isResilient = True
measurements = Datastore(
    "Measurements", inBoundary=backend, protocol="HTTP", isSQL=False, isShared=True,
    hasWriteAccess=True,
)
measurements.controls.implementsAuthenticationScheme = True
measurements.controls.authenticatesSource = True
devices = Datastore(
    "Device and customer database", inBoundary=backend, protocol="SQL", type=DatastoreType.SQL,
    storesPII=True, storesSensitiveData=True, hasWriteAccess=True,
)
devices.controls.isEncrypted = True
devices.controls.implementsAuthenticationScheme = True
devices.controls.authenticatesSource = True
devices.controls.isEncryptedAtRest = True
images = Datastore("Firmware images", inBoundary=account, isSQL=False, hasWriteAccess=True)
images.controls.isEncrypted = True
gateway_storage = Datastore(
    "Gateway's flash", inBoundary=site, protocol="local", isSQL=False,
    type=DatastoreType.FILE_SYSTEM, storesSensitiveData=True, hasWriteAccess=True,
)
gateway_storage.controls.isEncrypted = True

# Flows. A request and its response are one flow, with the data of both directions.

publish = Dataflow(
    gateway, broker, "Telemetry and commands",
    protocol="MQTTS", data=[telemetry, command],
)
publish.controls.isEncrypted = True
publish.controls.authenticatesDestination = True
publish.controls.providesConfidentiality = True
publish.controls.providesIntegrity = True
publish.controls.authenticatesSource = True
publish.controls.authenticationScheme = "key"

ask_update = Dataflow(gateway, registry, "Ask for updates", protocol="HTTPS", data=[inventory])
ask_update.controls.isEncrypted = True
ask_update.controls.authenticatesDestination = True
ask_update.controls.providesConfidentiality = True
ask_update.controls.providesIntegrity = True
ask_update.controls.authenticatesSource = True
ask_update.controls.authenticationScheme = "key"
ask_update.controls.authorizesSource = True

download = Dataflow(gateway, images, "Download firmware", protocol="HTTPS", data=[firmware])
download.controls.isEncrypted = True
download.controls.authenticatesDestination = True
download.controls.providesConfidentiality = True
download.controls.providesIntegrity = True

consume = Dataflow(stream, broker, "Read telemetry", protocol="MQTT", data=[telemetry])
consume.controls.authenticatesSource = True
consume.controls.authenticationScheme = "password"

record = Dataflow(stream, measurements, "Write measurements", protocol="HTTP", data=[telemetry])
record.controls.authenticatesSource = True
record.controls.authenticationScheme = "token"

registry_db = Dataflow(registry, devices, "Devices", protocol="SQL", data=[inventory, gateway_key])
registry_db.controls.isEncrypted = True
registry_db.controls.authenticatesDestination = True
registry_db.controls.providesConfidentiality = True
registry_db.controls.providesIntegrity = True
registry_db.controls.authenticatesSource = True
registry_db.controls.authenticationScheme = "password"

send_command = Dataflow(registry, broker, "Send commands", protocol="MQTT", data=[command])
send_command.controls.authenticatesSource = True
send_command.controls.authenticationScheme = "password"

operate = Dataflow(
    operator, console, "Watch and control the fleet",
    protocol="HTTPS", data=[command, inventory, telemetry],
)
operate.controls.isEncrypted = True
operate.controls.authenticatesDestination = True
operate.controls.providesConfidentiality = True
operate.controls.providesIntegrity = True
operate.controls.authenticatesSource = True
operate.controls.authenticationScheme = "federated"
operate.controls.authorizesSource = True
operate.controls.usesMFA = True

console_registry = Dataflow(
    console, registry, "Commands and rollouts",
    protocol="HTTP", data=[command, inventory],
)

console_measurements = Dataflow(
    console, measurements, "Charts for operators",
    protocol="HTTP", data=[telemetry],
)
console_measurements.controls.authenticatesSource = True
console_measurements.controls.authenticationScheme = "token"

visit = Dataflow(
    customer, portal, "View own pumps",
    protocol="HTTPS", data=[customer_account, telemetry],
)
visit.controls.isEncrypted = True
visit.controls.authenticatesDestination = True
visit.controls.providesConfidentiality = True
visit.controls.providesIntegrity = True
visit.controls.authenticatesSource = True
visit.controls.authenticationScheme = "password"
visit.controls.authorizesSource = True

portal_measurements = Dataflow(
    portal, measurements, "Charts for customers",
    protocol="HTTP", data=[telemetry],
)
portal_measurements.controls.authenticatesSource = True
portal_measurements.controls.authenticationScheme = "token"
portal_measurements.controls.authorizesSource = True

portal_db = Dataflow(
    portal, devices, "Customers and their devices",
    protocol="SQL", data=[customer_account, inventory],
)
portal_db.controls.isEncrypted = True
portal_db.controls.authenticatesDestination = True
portal_db.controls.providesConfidentiality = True
portal_db.controls.providesIntegrity = True
portal_db.controls.authenticatesSource = True
portal_db.controls.authenticationScheme = "password"

app_registry = Dataflow(
    technician_app, registry, "Register a gateway",
    protocol="HTTPS", data=[inventory],
)
app_registry.controls.isEncrypted = True
app_registry.controls.authenticatesDestination = True
app_registry.controls.providesConfidentiality = True
app_registry.controls.providesIntegrity = True
app_registry.controls.authenticatesSource = True
app_registry.controls.authenticationScheme = "password"

deliver_firmware = Dataflow(
    device_maker, images, "Upload firmware",
    protocol="SFTP", data=[firmware],
)
deliver_firmware.controls.isEncrypted = True
deliver_firmware.controls.authenticatesDestination = True
deliver_firmware.controls.providesConfidentiality = True
deliver_firmware.controls.providesIntegrity = True
deliver_firmware.controls.authenticatesSource = True
deliver_firmware.controls.authenticationScheme = "key"

measure = Dataflow(sensors, gateway, "Measurements", protocol="Bluetooth", data=[telemetry])

drive = Dataflow(
    gateway, controller, "Read and set the pumps",
    protocol="Modbus", data=[command, telemetry],
)

keep = Dataflow(
    gateway, gateway_storage, "Store keys, firmware and a day of telemetry",
    protocol="local", data=[gateway_key, firmware, telemetry],
)
keep.controls.isEncrypted = True
keep.controls.authenticatesDestination = True
keep.controls.providesConfidentiality = True
keep.controls.providesIntegrity = True

use_app = Dataflow(
    technician, technician_app, "Use the app",
    protocol="local", data=[command, telemetry],
)
use_app.controls.isEncrypted = True
use_app.controls.authenticatesDestination = True
use_app.controls.providesConfidentiality = True
use_app.controls.providesIntegrity = True

service_access = Dataflow(
    technician_app, gateway, "Service access",
    protocol="Bluetooth", data=[command, telemetry],
)
service_access.controls.authenticatesSource = True
service_access.controls.authenticationScheme = "password"

if __name__ == "__main__":
    tm.process()
