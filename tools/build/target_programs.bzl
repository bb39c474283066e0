"""What runs on the target, as data for checks of the tree."""

_ReachInfo = provider(
    doc = "What a target is made of, and which programs for the target it holds.",
    fields = {
        "sources": "depset of the tree's own C++ and assembly files",
        "programs": "depset of structs: label, elf (File), sources (depset)",
    },
)

# How an image holds its programs; nothing else on the way to them is for the target.
IMAGE_ATTRIBUTES = ["images", "image", "kernel", "init", "servers", "spares", "sets", "src"]

_ENDINGS = ["cc", "h", "S", "inc"]

def _aspect_impl(target, ctx):
    below = []
    for attribute in IMAGE_ATTRIBUTES + ["actual", "deps"]:
        value = getattr(ctx.rule.attr, attribute, None) or []
        for dep in value if type(value) == "list" else [value]:
            if type(dep) == "Target" and _ReachInfo in dep:
                below.append(dep[_ReachInfo])
    own = []
    if not target.label.workspace_root:
        for attribute in ["srcs", "hdrs", "textual_hdrs"]:
            own += [
                file
                for file in getattr(ctx.rule.files, attribute, [])
                if file.extension in _ENDINGS
            ]
    sources = depset(own, transitive = [info.sources for info in below])
    programs = [info.programs for info in below]
    if ctx.rule.kind == "cc_binary":
        programs.append(depset([struct(
            label = str(target.label),
            elf = target[DefaultInfo].files_to_run.executable,
            sources = sources,
        )]))
    return [_ReachInfo(sources = sources, programs = depset(transitive = programs))]

_reach_aspect = aspect(
    implementation = _aspect_impl,
    attr_aspects = IMAGE_ATTRIBUTES + ["actual", "deps"],
)

def _impl(ctx):
    programs = depset(transitive = [image[_ReachInfo].programs for image in ctx.attr.images]).to_list()

    # A folder of sources may have its program's name; beside each other they must have two.
    elves = {}
    for program in programs:
        link = ctx.actions.declare_file("%s.elf/%s" % (
            ctx.label.name,
            program.label.strip("@/").replace("/", "_").replace(":", "."),
        ))
        ctx.actions.symlink(output = link, target_file = program.elf)
        elves[program.label] = link
    listing = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(listing, struct(programs = [
        struct(
            label = program.label,
            elf = elves[program.label].short_path,
            sources = [file.short_path for file in program.sources.to_list()],
        )
        for program in programs
    ]).to_json())
    runfiles = ctx.runfiles(
        [listing] + elves.values(),
        transitive_files = depset(transitive = [program.sources for program in programs]),
    )
    return [DefaultInfo(files = depset([listing]), runfiles = runfiles)]

target_programs = rule(
    implementation = _impl,
    doc = """Every program in `images`: makes `<name>.json`, with its label, its ELF and the sources of
the tree that it is made of. The files that this names are beside it, as data of a test.

    target_programs(name = "programs", images = ["//bootimage:image"])
""",
    attrs = {
        "images": attr.label_list(aspects = [_reach_aspect], mandatory = True),
    },
)
