"""A flame graph as one SVG with nothing to load: a box for each function on each stack, as wide as its instructions, callers below
the functions that they called. What a box is says its title, which browsers show under the pointer."""
from xml.sax.saxutils import escape

WIDTH = 1200  # of the widest box, in pixels, as all lengths here
MARGIN = 10
LINE = 18
LETTER = 7.3  # of a monospace font of SIZE
SIZE = 12
LEAST = 0.1  # a narrower box cannot be seen

COLOURS = {"kernel": ("#e0603c", "#f0a050"), "firmware": ("#9a9a9a", "#bcbcbc"), "unknown": ("#c8c8c8", "#dcdcdc")}
USERS = (("#5b9bd5", "#8fbde6"), ("#62b370", "#95d0a0"), ("#9f7fc4", "#c0a8dd"), ("#c9b037", "#ddcc70"))


class Box:
    def __init__(self):
        self.count = 0
        self.children = {}

    def child(self, name):
        return self.children.setdefault(name, Box())

    def depth(self):
        return 1 + max((child.depth() for child in self.children.values()), default=0)


def tree(stacks):
    root = Box()
    for stack, count in stacks.items():
        box = root
        box.count += count
        for name in stack:
            box = box.child(name)
            box.count += count
    return root


def colours(programs):
    """Two for each, that neighbours differ."""
    users = iter(USERS * len(programs))
    return {name: COLOURS.get(name) or next(users) for name in programs}


def _box(name, count, total, left, top, width, colour):
    share = f"{name}: {count} instructions, {100 * count / total:.1f} %"
    letters = int((width - 4) / LETTER)
    shown = name if len(name) <= letters else name[: letters - 2] + ".." if letters > 3 else ""
    text = f'<text x="{left + 3:.1f}" y="{top + LINE - 5}">{escape(shown)}</text>' if shown else ""
    return (f'<g><title>{escape(share)}</title><rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{LINE - 1}" '
            f'fill="{colour}"/>{text}</g>')


def draw(title, stacks):
    """The SVG of {(program, function, ...): instructions}."""
    root = tree(stacks)
    shades = colours(list(root.children))
    bottom = (root.depth() + 1) * LINE
    boxes = []

    def add(box, name, left, level, shade):
        width = WIDTH * box.count / root.count
        if width < LEAST:
            return
        boxes.append(_box(name, box.count, root.count, left, bottom - level * LINE, width, shade[level % 2]))
        for each, child in box.children.items():
            add(child, each, left, level + 1, shades[each] if level == 0 else shade)
            left += WIDTH * child.count / root.count

    add(root, title, MARGIN, 0, ("#eeeeee", "#eeeeee"))
    height = bottom + LINE + MARGIN
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * MARGIN}" height="{height}" '
        f'font-family="monospace" font-size="{SIZE}">',
        f'<rect width="100%" height="100%" fill="#ffffff"/>',
        *boxes,
        "</svg>\n",
    ])
