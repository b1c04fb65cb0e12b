"""The processes of a service and what they tell each other: supervisor, fronts, the workers' parent, writer.

Nothing here reads HTTP or SPARQL; that is the business of the fronts and of the sandbox.
"""

__all__: list[str] = []
