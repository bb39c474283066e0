"""Budgets: lines `name figure ...`, and # comments."""
from samples import Wrong


def parse(text, words):
    """{name: [figure]}: `words` figures a line, no name twice."""
    budgets = {}
    for line in text.splitlines():
        name, *figures = line.split() or [""]
        if not name or name.startswith("#"):
            continue
        if len(figures) != words or name in budgets or not all(figure.isdigit() for figure in figures):
            raise Wrong(f"the budgets have a line that is none: {line}")
        budgets[name] = [int(figure) for figure in figures]
    return budgets


def judge(have, budgets, kinds):
    """What is over its budget or missing, and what is under it: two lists of sentences. `have` is {name: [figure]}."""
    wrong = [f"{name} was not measured" for name in budgets if name not in have]
    lower = []
    for name, figures in have.items():
        if name not in budgets:
            wrong.append(f"{name} has no line in the budgets")
            continue
        for kind, figure, budget in zip(kinds, figures, budgets[name]):
            if figure > budget:
                wrong.append(f"{name}: {kind} is {figure}, its budget {budget}")
            elif figure < budget:
                lower.append(f"{name}: {kind} is less than its budget: lower that to {figure}")
    return wrong, lower
