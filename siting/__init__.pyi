from siting.instance import Instance as Instance
from siting.solving.optimise import solve as solve
from siting.solving.solver import SolverOptions as SolverOptions

__version__: str
