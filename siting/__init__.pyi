from siting.instance import Instance as Instance
from siting.optimise import solve as solve
from siting.solver import SolverOptions as SolverOptions

__version__: str
