"""One architecture of any size, and the same as files of Threatline, files of LikeC4 and a script of pytm.

The same size gives the same architecture. What it does not know: who reads it, and how fast.
"""

import random
from dataclasses import dataclass, field

# The elements (people, processes, stores and flows) of one part, which is one file.
PART = 50

DOMAINS = "orders billing shipping catalogue search accounts pricing stock returns loyalty".split()
PROCESSES = "api intake checks planner worker reports sync audit notices export cleanup scheduler".split()
STORES = "records events sessions archive index ledger".split()
PEOPLE = "customer operator".split()
PURPOSES = "Asks for a state,Hands over a change,Looks up a customer,Reserves,Confirms,Asks for a report".split(",")

# What the kinds of calls state: for Threatline and LikeC4 as it is, for pytm in its own words.
CALLS = {
    "person": {"protocol": "https", "authentication": "federated", "authorization": "end_user"},
    "service": {"protocol": "grpc_tls", "authentication": "token", "authorization": "end_user"},
    "legacy": {"protocol": "http", "authentication": "token", "authorization": "end_user"},
    "store": {"protocol": "sql_tls", "authentication": "password", "authorization": "service"},
}


@dataclass
class Node:
    """A person, a process or a store."""

    kind: str
    name: str
    title: str
    technology: str = ""
    encrypted: bool = True


@dataclass
class Flow:
    """A call of another node, as `CALLS` says; the target is a part, or None for the shared platform, and its node."""

    name: str
    title: str
    source: Node
    target: tuple
    call: str


@dataclass
class Part:
    """What is one file: a segment of the network, and the people who use it."""

    name: str
    title: str
    people: list
    nodes: list
    flows: list = field(default_factory=list)


class Architecture:
    """Parts of 50 elements, each in a network segment of its own, that call each other and one shared service.

    Around the segments are a network and a cloud account; the people are on the internet.
    """

    monitor = Node("process", "monitor", "Monitoring", "monitoring")

    def __init__(self, elements):
        count = max(2, elements // PART)
        self.parts = []
        for number in range(count):
            domain = DOMAINS[number % len(DOMAINS)]
            people = [Node("external", name, name.capitalize()) for name in PEOPLE]
            chance = random.Random(number)
            technologies = "web_service", "batch_job", "function"
            nodes = [Node("process", name, name.capitalize(), chance.choice(technologies)) for name in PROCESSES]
            nodes += [
                Node("store", name, name.capitalize(), "relational_database", chance.random() > 0.1) for name in STORES
            ]
            self.parts.append(Part(f"{domain}_{number:04}", f"{domain.capitalize()} {number}", people, nodes))
        for number, part in enumerate(self.parts):
            self._connect(number, part)

    def _connect(self, number, part):
        chance = random.Random(-1 - number)
        processes = [node for node in part.nodes if node.kind == "process"]
        stores = [node for node in part.nodes if node.kind == "store"]
        ends = [(person, part, processes[0], "person") for person in part.people]
        ends += [(source, part, target, "service") for source, target in zip(processes, processes[1:])]
        ends += [(chance.choice(processes), part, store, "store") for store in stores]
        ends.append((processes[-1], None, self.monitor, "service"))
        while len(ends) < PART - len(part.people) - len(part.nodes):
            # Most calls between parts go to the public face of the other.
            other = self.parts[(number + 1 + chance.randrange(len(self.parts) - 1)) % len(self.parts)]
            target = other.nodes[0] if chance.random() < 0.7 else other.nodes[chance.randrange(len(processes))]
            ends.append((chance.choice(processes), other, target, "legacy" if chance.random() < 0.1 else "service"))
        for at, (source, other, target, call) in enumerate(ends):
            part.flows.append(Flow(f"call_{at}", chance.choice(PURPOSES), source, (other, target), call))

    def counts(self):
        nodes = 1 + sum(len(part.people) + len(part.nodes) for part in self.parts)
        flows = sum(len(part.flows) for part in self.parts)
        return {"nodes": nodes, "boundaries": 3 + len(self.parts), "flows": flows}


# ---- Threatline -----------------------------------------------------------------------------


def threatline(architecture):
    """Texts by path."""
    files = {
        "platform.threat": """\
component platform "Platform"

asset customer_data "Customer data" { classification: confidential  personal: yes }

boundary internet "Internet" { trust: untrusted }
boundary cloud "Cloud account" { kind: cloud }
boundary vpc "Production network" in cloud { kind: network }

process monitor "Monitoring" in vpc { technology: monitoring }
"""
    }
    for part in architecture.parts:
        lines = [
            f'component {part.name} "{part.title}" {{ mitigations: input_validation, parameterized_queries }}\n',
            f'boundary segment "Segment of {part.title}" in platform.vpc {{ kind: network }}\n',
        ]
        for node in part.people:
            lines.append(f'external {node.name} "{node.title}" in platform.internet {{ kind: person }}')
        for node in part.nodes:
            facts = f"technology: {node.technology}"
            if node.kind == "store":
                facts += f"  stores: platform.customer_data  encryption: {'at_rest' if node.encrypted else 'none'}"
            elif node is part.nodes[0]:
                facts += "  mitigations: rate_limiting"
            lines.append(f'{node.kind} {node.name} "{node.title}" in segment {{ {facts} }}')
        for flow in part.flows:
            other, target = flow.target
            place = "" if other is part else f"{other.name if other else 'platform'}."
            facts = "  ".join(f"{key}: {value}" for key, value in CALLS[flow.call].items())
            lines.append(f'flow {flow.name} "{flow.title}": {flow.source.name} -> {place}{target.name} {{')
            lines.append(f"  {facts}  sends: platform.customer_data\n}}")
        files[f"{part.name}/{part.name}.threat"] = "\n".join(lines) + "\n"
    return files


# ---- LikeC4 ---------------------------------------------------------------------------------


def likec4(architecture):
    """Texts by path: boundaries are elements that hold others, and a file extends what its part lies in."""
    files = {
        "platform.c4": """\
specification {
  element boundary
  element external { style { shape person } }
  element process
  element store { style { shape storage } }
}
model {
  internet = boundary 'Internet'
  cloud = boundary 'Cloud account' {
    vpc = boundary 'Production network' {
      monitor = process 'Monitoring' { technology 'monitoring' }
    }
  }
}
views {
  view index { include * }
}
"""
    }
    for part in architecture.parts:
        lines = ["model {", "  extend internet {"]
        lines += (f"    {part.name}_{node.name} = external '{node.title}'" for node in part.people)
        lines += ["  }", "  extend cloud.vpc {", f"    {part.name} = boundary 'Segment of {part.title}' {{"]
        for node in part.nodes:
            facts = f"technology '{node.technology}'"
            if node.kind == "store":
                encryption = "at_rest" if node.encrypted else "none"
                facts += f" metadata {{ stores 'customer_data' encryption '{encryption}' }}"
            lines.append(f"      {node.name} = {node.kind} '{node.title}' {{ {facts} }}")
        for flow in part.flows:
            other, target = flow.target
            source = f"internet.{part.name}_{flow.source.name}" if flow.source.kind == "external" else flow.source.name
            place = "" if other is part else f"cloud.vpc.{other.name + '.' if other else ''}"
            protocol, *facts = CALLS[flow.call].items()
            facts = " ".join(f"{key} '{value}'" for key, value in [*facts, ("sends", "customer_data")])
            lines.append(f"      {source} -> {place}{target.name} '{flow.title}' {{")
            lines.append(f"        technology '{protocol[1]}' metadata {{ {facts} }}\n      }}")
        lines += ["    }", "  }", "}", "views {", f"  view {part.name} of cloud.vpc.{part.name} {{ include * }}", "}"]
        files[f"{part.name}/{part.name}.c4"] = "\n".join(lines) + "\n"
    return files


# ---- pytm -----------------------------------------------------------------------------------


def pytm(architecture):
    """A script. What the others state in words stands in its properties and controls."""
    lines = [
        "from pytm import TM, Actor, Boundary, Classification, Data, Dataflow, Datastore, DatastoreType, Process",
        "tm = TM('Benchmark', description='A generated system')",
        "customer_data = Data('Customer data', classification=Classification.SENSITIVE, isPII=True, isStored=True)",
        "internet = Boundary('Internet')",
        "cloud = Boundary('Cloud account')",
        "vpc = Boundary('Production network', inBoundary=cloud)",
        "monitor = Process('Monitoring', inBoundary=vpc)",
    ]
    flows = []
    for part in architecture.parts:
        lines.append(f"{part.name} = Boundary('Segment of {part.title}', inBoundary=vpc)")
        for node in part.people + part.nodes:
            own = f"{part.name}_{node.name}"
            kind = {"external": "Actor", "process": "Process", "store": "Datastore"}[node.kind]
            place = "internet" if node.kind == "external" else part.name
            more = ", type=DatastoreType.SQL, storesSensitiveData=True, storesPII=True" if kind == "Datastore" else ""
            lines.append(f"{own} = {kind}('{part.title}: {node.title}', inBoundary={place}{more})")
            controls = [] if kind == "Actor" else ["sanitizesInput", "usesParameterizedInput"]
            controls += ["isEncryptedAtRest"] if kind == "Datastore" and node.encrypted else []
            lines += (f"{own}.controls.{control} = True" for control in controls)
        for flow in part.flows:
            other, target = flow.target
            own = f"{part.name}_{flow.name}"
            protocol = CALLS[flow.call]["protocol"].split("_")[0].upper()
            ends = f"{part.name}_{flow.source.name}, {other.name + '_' if other else ''}{target.name}"
            flows.append(
                f"{own} = Dataflow({ends}, '{part.title}: {flow.title}', protocol='{protocol}', data=customer_data)"
            )
            controls = ["authenticatesSource", "authorizesSource"] + ["isEncrypted"] * (flow.call != "legacy")
            flows += (f"{own}.controls.{control} = True" for control in controls)
    # A name has to be there before a flow uses it.
    return "\n".join([*lines, *flows, "tm.process()"]) + "\n"
