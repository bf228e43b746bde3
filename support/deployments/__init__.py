"""How a system is run (process, Python driver, remote), its companions, and the leases that share them."""

from support.deployments.auxiliary import AuxiliaryServices
from support.deployments.base import (
    AsksForCertificate,
    Deployment,
    HasData,
    HasLogs,
    Killable,
    Measurable,
    Pausable,
    Preparable,
    Restartable,
    Startable,
    Stoppable,
    require_capability,
)
from support.deployments.certificates import Authority, Issued
from support.deployments.companion import CompanionProcess
from support.deployments.containers.companion import ContainerCompanion
from support.deployments.containers.deployment import ContainerDeployment
from support.deployments.containers.replicas import Replica, ReplicaSet
from support.deployments.containers.spec import Mount
from support.deployments.containers.tool import ContainerTool
from support.deployments.driver import DriverDeployment
from support.deployments.journal import RunJournal, sweep
from support.deployments.leases import Lease, LeasePool
from support.deployments.process import ProcessDeployment
from support.deployments.remote import RemoteDeployment
from support.deployments.rpc import RpcError, RpcReply
from support.deployments.topology import TopologyDeployment

__all__ = [
    "AsksForCertificate",
    "Authority",
    "AuxiliaryServices",
    "CompanionProcess",
    "ContainerCompanion",
    "ContainerDeployment",
    "ContainerTool",
    "Deployment",
    "DriverDeployment",
    "HasData",
    "HasLogs",
    "Issued",
    "Killable",
    "Lease",
    "LeasePool",
    "Measurable",
    "Mount",
    "Pausable",
    "Preparable",
    "ProcessDeployment",
    "RemoteDeployment",
    "Replica",
    "ReplicaSet",
    "Restartable",
    "RpcError",
    "RpcReply",
    "RunJournal",
    "Startable",
    "Stoppable",
    "TopologyDeployment",
    "require_capability",
    "sweep",
]
